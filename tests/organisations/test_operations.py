"""Making an organisation, changing it, and who may work for it."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from tijdig.infra import audit, tenancy
from tijdig.organisations import operations, queries
from tijdig.organisations.checks import SettingInvalid
from tijdig.organisations.queries import Mode, Role

pytestmark = pytest.mark.django_db


def make(name: str = "Bakkerij Voorbeeld", **more: object) -> int:
    return operations.create_organisation(
        **{"name": name, "country": "NL", "language": "nl", "actor": "cli", **more}
    )


def make_user(name: str) -> int:
    return operations.create_user(email=f"{name}@example.com", name=name.title(), language="nl")


def test_a_new_organisation_starts_in_test_mode_with_its_owner() -> None:
    owner = make_user("owner")
    organisation_id = make(owner_id=owner)
    with tenancy.within(organisation_id):
        here = queries.current()
        assert (here.slug, here.mode, here.timezone) == ("bakkerij-voorbeeld", Mode.TEST, "Europe/Amsterdam")
        assert queries.role_of(owner) is Role.OWNER
        assert [entry.action for entry in audit.entries()] == ["organisation.created"]
        assert list(audit.breaks()) == []
    assert [(view.id, role) for view, role in queries.of_user(owner)] == [(organisation_id, Role.OWNER)]


def test_a_belgian_one_lives_in_brussels_time() -> None:
    with tenancy.within(make("Atelier Fictif", country="be", language="fr")):
        assert (queries.current().country, queries.current().timezone) == ("BE", "Europe/Brussels")


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["Café 't Hoekje & Zn."], ["cafe-t-hoekje-zn"]),
        (["Twee", "Twee", "TWEE"], ["twee", "twee-2", "twee-3"]),
        (["Admin"], ["admin-2"]),
        (["株式会社"], ["organisation-2"]),
        (["A" * 200], ["a" * 40]),
        (["__ --x-- __"], ["x"]),
    ],
)
def test_a_slug_comes_from_the_name_and_is_free(names: list[str], slugs: list[str]) -> None:
    made = [make(name) for name in names]
    assert [queries.by_slug_id(slug) for slug in slugs] == made


@pytest.mark.parametrize(
    "slug", ["Hoofdletter", "twee--streepjes", "-x", "x-", "a_b", "a b", "api", "é", "x" * 51]
)
def test_a_slug_that_cannot_be_an_address_is_refused(slug: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        make(slug=slug)
    assert refusal.value.field == "slug"
    assert slug in str(refusal.value)


def test_a_taken_slug_is_refused_and_nothing_is_left_behind() -> None:
    make(slug="eigen")
    before = tenancy.organisation_ids()
    with pytest.raises(SettingInvalid, match="already taken"):
        make("Andere", slug="eigen")
    assert tenancy.organisation_ids() == before


def test_a_refused_setting_leaves_no_organisation() -> None:
    with pytest.raises(SettingInvalid):
        make(iban="NL00BANK0123456789")
    assert queries.by_slug_id("bakkerij-voorbeeld") is None


def test_settings_are_cleaned_and_only_a_change_is_recorded() -> None:
    with tenancy.within(make()):
        operations.change_settings(
            actor="cli", iban="nl91 abna 0417 1643 00", name=" Nieuw ", colour="#A1B2C3"
        )
        here = queries.current()
        assert (here.iban, here.name, here.colour) == ("NL91ABNA0417164300", "Nieuw", "#a1b2c3")
        entries = len(audit.entries())
        operations.change_settings(actor="cli", name="Nieuw")
        assert len(audit.entries()) == entries


def test_moving_to_another_country_asks_for_its_own_legal_id() -> None:
    with tenancy.within(make(legal_id="12345678")):
        with pytest.raises(SettingInvalid) as refusal:
            operations.change_settings(actor="cli", country="BE")
        assert refusal.value.field == "legal_id"
        operations.change_settings(actor="cli", country="BE", legal_id="0403.170.701")
        assert queries.current().legal_id == "0403170701"


READY = {"iban": "NL91ABNA0417164300", "street": "Dorpsstraat 1", "postcode": "1234 AB", "city": "Ergens",
         "email": "boeken@example.com"}  # fmt: skip


def test_going_live_needs_what_every_message_needs() -> None:
    with tenancy.within(make()):
        with pytest.raises(operations.NotReadyForLive) as refusal:
            operations.set_mode(mode=Mode.LIVE, actor="cli")
        assert refusal.value.missing == ("iban", "street", "postcode", "city", "email")
        operations.change_settings(actor="cli", **READY)
        operations.set_mode(mode=Mode.LIVE, actor="cli")
        assert queries.current().is_live


def test_a_live_organisation_cannot_lose_its_account_number() -> None:
    with tenancy.within(make(**READY)):
        operations.set_mode(mode=Mode.LIVE, actor="cli")
        with pytest.raises(operations.NotReadyForLive):
            operations.change_settings(actor="cli", iban="")
        assert queries.current().iban == READY["iban"]
        operations.set_mode(mode=Mode.TEST, actor="cli")
        operations.change_settings(actor="cli", iban="")
        assert queries.current().iban == ""


def test_followed_up_until_only_moves_forward() -> None:
    with tenancy.within(make()):
        for day, expected in [(5, 5), (3, 5), (9, 9)]:
            operations.set_followed_up_until(on=date(2026, 11, day))
            assert queries.current().followed_up_until == date(2026, 11, expected)


def test_an_invited_person_becomes_a_user_without_a_password() -> None:
    with tenancy.within(make(owner_id=make_user("owner"))):
        colleague = operations.invite(
            email="Colleague@Example.com", name="Colleague", language="fr", role=Role.CONTROLLER, actor="cli"
        )
        found = queries.user_by_email(" COLLEAGUE@example.com ")
        assert found is not None
        assert (found.id, found.has_password, found.language) == (colleague, False, "fr")
        with pytest.raises(operations.AlreadyMember):
            operations.invite(
                email="colleague@example.com", name="", language="nl", role=Role.VIEWER, actor="cli"
            )
        assert queries.role_of(colleague) is Role.CONTROLLER


def test_one_person_may_work_for_several_organisations() -> None:
    owner = make_user("owner")
    first, second = make("Eerste", owner_id=owner), make("Tweede")
    with tenancy.within(second):
        operations.invite(email="owner@example.com", name="", language="nl", role=Role.VIEWER, actor="cli")
    assert [(view.id, role) for view, role in queries.of_user(owner)] == [
        (first, Role.OWNER),
        (second, Role.VIEWER),
    ]


def test_the_last_owner_stays_owner() -> None:
    owner, colleague = make_user("owner"), make_user("colleague")
    with tenancy.within(make(owner_id=owner)):
        operations.add_member(user_id=colleague, role=Role.CONTROLLER, actor="cli")
        for act in (
            lambda: operations.remove_member(user_id=owner, actor="cli"),
            lambda: operations.change_role(user_id=owner, role=Role.VIEWER, actor="cli"),
        ):
            with pytest.raises(operations.LastOwner):
                act()
        operations.change_role(user_id=colleague, role=Role.OWNER, actor="cli")
        operations.remove_member(user_id=owner, actor="cli")
        assert [(member.user.id, member.role) for member in queries.members()] == [(colleague, Role.OWNER)]
        assert queries.role_of(owner) is None


def test_a_stranger_is_no_member() -> None:
    stranger = make_user("stranger")
    with tenancy.within(make()):
        for act in (
            lambda: operations.remove_member(user_id=stranger, actor="cli"),
            lambda: operations.change_role(user_id=stranger, role=Role.VIEWER, actor="cli"),
        ):
            with pytest.raises(operations.NotAMember):
                act()


@pytest.mark.django_db(transaction=True)
def test_two_owners_removing_each_other_at_once_leave_one() -> None:
    owners = [make_user("first"), make_user("second")]
    organisation_id = make(owner_id=owners[0])
    with tenancy.within(organisation_id):
        operations.add_member(user_id=owners[1], role=Role.OWNER, actor="cli")
    start, outcomes = threading.Barrier(2), []

    def remove(user_id: int) -> None:
        try:
            with tenancy.within(organisation_id), transaction.atomic():
                start.wait(10)
                operations.remove_member(user_id=user_id, actor="cli")
            outcomes.append("removed")
        except (operations.LastOwner, operations.NotAMember) as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=[owner]) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["LastOwner", "removed"]
    with tenancy.within(organisation_id):
        assert len(queries.members()) == 1


def test_an_email_address_logs_in_one_person() -> None:
    make_user("owner")
    with pytest.raises(operations.EmailTaken):
        operations.create_user(email="OWNER@example.com", name="Twice", language="nl")
    with pytest.raises(SettingInvalid):
        operations.create_user(email="", name="Nobody", language="nl")


def test_a_weak_password_is_refused_with_the_reason() -> None:
    with pytest.raises(operations.PasswordTooWeak, match="10"):
        operations.create_user(email="a@example.com", name="A", language="en", password="short7")
    user_id = make_user("owner")
    operations.set_password(user_id=user_id, password="een-lang-wachtwoord")
    found = queries.user(user_id)
    assert found is not None
    assert found.has_password


def test_an_organisation_does_not_show_to_a_stranger() -> None:
    organisation_id = make(owner_id=make_user("owner"))
    assert queries.of_user(make_user("stranger")) == ()
    with tenancy.within(make("Andere")):
        assert queries.current().id != organisation_id
        assert queries.members() == ()


def test_the_settings_of_another_organisation_cannot_be_changed() -> None:
    first, second = make("Eerste"), make("Tweede")
    with tenancy.within(second):
        operations.change_settings(actor="cli", city="Gent")
    with tenancy.within(first):
        assert queries.current().city == ""


def test_every_organisation_is_listed_for_the_command_line() -> None:
    make("Zeta")
    make("alfa")
    assert [view.name for view in queries.every()] == ["alfa", "Zeta"]


def test_a_user_can_change_how_they_are_called() -> None:
    user_id = make_user("owner")
    operations.change_user(user_id=user_id, name=" Owner Two ", language="de")
    found = queries.user(user_id)
    assert found is not None
    assert (found.name, found.language) == ("Owner Two", "de")
    assert queries.user(0) is None


def test_money_is_treated_by_the_defaults_until_something_is_said() -> None:
    with tenancy.within(make()):
        assert queries.cash_policy().required_precision == 999_000
        operations.change_cash_policy(actor="owner", small_difference=0, allocation_order="PRINCIPAL_FIRST")
        operations.change_cash_policy(actor="owner", small_difference=0)
        policy = queries.cash_policy()
        assert (policy.small_difference, policy.allocation_order) == (0, "PRINCIPAL_FIRST")
        assert policy.required_precision == 999_000
        changed = [entry for entry in audit.entries() if entry.action == "organisation.cash_policy_changed"]
        assert [entry.data for entry in changed] == [
            {"small_difference": 0, "allocation_order": "PRINCIPAL_FIRST"}
        ]
    with tenancy.within(make("Andere")):
        assert queries.cash_policy().small_difference == 5


@pytest.mark.parametrize(
    "settings",
    [{"required_precision": 5}, {"small_difference": -1}, {"small_difference": 1.5}, {"stale_after_days": True},
     {"allocation_order": "RANDOM"}, {"discount_basis_points": 10_000}],
)  # fmt: skip
def test_a_way_of_treating_money_that_makes_no_sense_is_refused(settings: dict[str, object]) -> None:
    with tenancy.within(make()), pytest.raises(SettingInvalid) as refusal:
        operations.change_cash_policy(actor="owner", **settings)
    assert refusal.value.field in settings
