"""How much one person may tell of what they did with tracks: a tenth of the contract's limit."""

import secrets

from tests.contract.limits.conftest import NewScript
from tests.contract.limits.scripts import Reply, Script
from tests.contract.people import facts

HOUR_SECONDS = 3600
LIST = 50


class Teller:
    """Somebody with an account of their own."""

    def __init__(self, script: Script) -> None:
        account = script.ask("POST", "/api/users/", facts(f"teller-{secrets.token_hex(4)}"))
        assert account.status == 201, account.body
        self._script, self._headers = script, {"Authorization": f"Bearer {account.body['access']}"}
        self._track = script.ask("GET", "/api/tracks/?limit=1").body[0]["id"]

    def tell(self, count: int) -> Reply:
        activities = [{"track_id": self._track, "activity_type": "play"}] * count
        return self._script.ask("POST", "/api/analytics/activity/", activities, **self._headers)


def test_200_activities_an_hour_of_which_each_of_a_list_is_one(new_script: NewScript) -> None:
    dee, eli = Teller(new_script()), Teller(new_script())

    told = [dee.tell(count) for count in (LIST, LIST, LIST, LIST - 1)]
    too_many, last, one_more = dee.tell(2), dee.tell(1), dee.tell(1)

    assert [reply.status for reply in (*told, last)] == [201] * 5
    for reply in (too_many, one_more):
        assert reply.is_limited
        assert HOUR_SECONDS - 600 < int(reply.headers["retry-after"]) <= HOUR_SECONDS
    assert eli.tell(1).status == 201
