"""How many rooms one caller, and one address, may make within an hour: a tenth of the contract's limits."""

from tests.contract.limits.conftest import NewScript
from tests.contract.limits.scripts import Reply, Script, check_limit

HOUR_SECONDS = 3600


def guests(script: Script, count: int) -> list[dict[str, str]]:
    made = [script.ask("POST", "/api/guests/", {"name": "Host"}) for _ in range(count)]
    return [{"X_Guest_Token": reply.body["token"]} for reply in made]


def test_one_room_of_a_caller_6_of_an_address(new_script: NewScript) -> None:
    script, elsewhere = new_script(), new_script()
    one, *others = guests(script, 8)
    (newcomer,) = guests(elsewhere, 1)

    def make(owner: dict[str, str], at: Script = script) -> Reply:
        return at.ask("POST", "/api/rooms/", {"name": "FREE PRIZES"}, **owner)

    of_one = [make(one) for _ in range(3)]
    of_others = [make(other) for other in others]

    check_limit(of_one, 1, HOUR_SECONDS)
    check_limit([*of_one[:1], *of_others], 6, HOUR_SECONDS)
    assert [reply.status for reply in of_others] == [201] * 5 + [429] * 2
    assert make(newcomer, elsewhere).status == 201
