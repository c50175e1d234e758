from tests.contract.witnesses import Witness


def test_smoke(queue):
    with Witness(queue) as w:
        a, b = queue.fill(2)
        queue.play(a)
    assert w.types == ["track.added", "track.added", "track.playing"]


def test_staff(staff, plain_account, narrow_server, strict_server):
    assert staff.post("/api/tracks/", json={}).status_code == 400
    assert plain_account.post("/api/tracks/", json={}).status_code == 403
