"""Facts and state as text: round trips, old samples, and what is refused by name."""

import json
from collections.abc import Collection
from dataclasses import fields, is_dataclass, replace
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.secret import Secret
from link.terms import (
    Alarm,
    EntrySource,
    SupplyReason,
    Tamper,
    TokenOutcome,
    TokenResult,
    Unit,
    meter_pan,
)
from meter.domain import (
    AlarmsAcknowledged,
    BaselineTaken,
    ConditionsObserved,
    DayBegan,
    EnergyUsed,
    Fact,
    GuessFailed,
    KeyChanged,
    KeySectionHeld,
    OverloadOpened,
    PowerReturned,
    ReasonArose,
    ReasonLifted,
    ReconnectionConfirmed,
    RegisterFell,
    Sealed,
    Seed,
    State,
    StoreRestored,
    SwitchTested,
    TamperSeen,
    TimePassed,
    TokenAccepted,
    WireError,
    apply_all,
    fact_from_json,
    fact_to_json,
    fact_to_line,
    initial,
    state_from_json,
    state_to_json,
)
from meter.domain.forms import form_of
from meter.domain.wire import FACT_VERSIONS

OCTETS = bytes.fromhex("f94b6ed353c3bfdb113e2d3a7ea3c41d")
SEED = Seed(
    "12345678903",
    meter_pan("12345678903"),
    "11",
    "04",
    2014,
    "123457",
    "01",
    1,
    2,
    255,
    1_577_836_800,
    Secret(OCTETS),
)
ENTRY = TokenOutcome(
    sequence=1,
    digest=bytes(range(8)),
    token_class=0,
    subclass=0,
    tid=3_155_520,
    result=TokenResult.Accept,
    source=EntrySource.SLOT_2,
    first_at=0,
    worth=0,
    first_source=EntrySource.SLOT_0,
    seconds=0,
    amount=25_000,
    unit=Unit.WATT_HOUR,
    control=0,
    missing=0,
    credit_after=25_000,
    at=1_577_865_600,
)

FIRST_OF_FOUR = "34812744915211133004"
"""First section of sts.md 9.5, under the key of sts.md 9.2."""
SECTION = replace(
    ENTRY,
    sequence=2,
    token_class=2,
    subclass=3,
    tid=0,
    result=TokenResult.FirstKCT,
    seconds=600,
    amount=1,
    unit=Unit.COUNT,
    missing=3,
)
CHANGE = replace(SECTION, sequence=3, result=TokenResult.Accept, seconds=0, amount=0, missing=0)

SAMPLES: dict[str, tuple[Fact, str]] = {
    "TokenAccepted": (
        TokenAccepted(ENTRY),
        '{"kind":"TokenAccepted","version":1,"body":{"entry":{"sequence":1,'
        '"digest":"0001020304050607","token_class":0,"subclass":0,"tid":3155520,'
        '"result":"Accept","source":"SLOT_2","first_at":0,"worth":0,"first_source":"SLOT_0",'
        '"seconds":0,"amount":25000,"unit":"WATT_HOUR","control":0,"missing":0,'
        '"credit_after":25000,"at":1577865600}}}',
    ),
    "KeySectionHeld": (
        KeySectionHeld(SECTION, Sealed(FIRST_OF_FOUR)),
        '{"kind":"KeySectionHeld","version":1,"body":{"entry":{"sequence":2,'
        '"digest":"0001020304050607","token_class":2,"subclass":3,"tid":0,'
        '"result":"FirstKCT","source":"SLOT_2","first_at":0,"worth":0,"first_source":"SLOT_0",'
        '"seconds":600,"amount":1,"unit":"COUNT","control":0,"missing":3,'
        '"credit_after":25000,"at":1577865600},"sealed":{"digits":"34812744915211133004"}}}',
    ),
    "KeyChanged": (
        KeyChanged(CHANGE, Sealed(FIRST_OF_FOUR)),
        '{"kind":"KeyChanged","version":1,"body":{"entry":{"sequence":3,'
        '"digest":"0001020304050607","token_class":2,"subclass":3,"tid":0,'
        '"result":"Accept","source":"SLOT_2","first_at":0,"worth":0,"first_source":"SLOT_0",'
        '"seconds":0,"amount":0,"unit":"COUNT","control":0,"missing":0,'
        '"credit_after":25000,"at":1577865600},"sealed":{"digits":"34812744915211133004"}}}',
    ),
    "GuessFailed": (
        GuessFailed(EntrySource.KEYPAD, b"\xff" * 8, 7),
        '{"kind":"GuessFailed","version":1,"body":{"source":"KEYPAD",'
        '"digest":"ffffffffffffffff","at":7}}',
    ),
    "SwitchTested": (
        SwitchTested(2, 60, 7),
        '{"kind":"SwitchTested","version":1,"body":{"seconds":2,"pause_s":60,"at":7}}',
    ),
    "EnergyUsed": (
        EnergyUsed(30, 10, 7),
        '{"kind":"EnergyUsed","version":2,"body":{"register":30,"used":10,"at":7}}',
    ),
    "BaselineTaken": (
        BaselineTaken(3, 30, 7),
        '{"kind":"BaselineTaken","version":2,"body":{"epoch":3,"register":30,"at":7}}',
    ),
    "RegisterFell": (
        RegisterFell(20, 10, 7),
        '{"kind":"RegisterFell","version":2,"body":{"register":20,"fell":10,"at":7}}',
    ),
    "TimePassed": (
        TimePassed(9, 7),
        '{"kind":"TimePassed","version":1,"body":{"seconds":9,"at":7}}',
    ),
    "ReasonArose": (
        ReasonArose(SupplyReason.NO_CREDIT, 7),
        '{"kind":"ReasonArose","version":1,"body":{"reason":"NO_CREDIT","at":7}}',
    ),
    "ReasonLifted": (
        ReasonLifted(SupplyReason.TEST, 7),
        '{"kind":"ReasonLifted","version":1,"body":{"reason":"TEST","at":7}}',
    ),
    "ConditionsObserved": (
        ConditionsObserved(Alarm.RELAY_MISMATCH | Alarm.SOURCE_SILENT, 7),
        '{"kind":"ConditionsObserved","version":1,"body":'
        '{"conditions":["RELAY_MISMATCH","SOURCE_SILENT"],"at":7}}',
    ),
    "AlarmsAcknowledged": (
        AlarmsAcknowledged(Alarm(0), 7),
        '{"kind":"AlarmsAcknowledged","version":1,"body":{"alarms":[],"at":7}}',
    ),
    "DayBegan": (
        DayBegan(739_000, 24_283, 7),
        '{"kind":"DayBegan","version":1,"body":{"day":739000,"month":24283,"at":7}}',
    ),
    "OverloadOpened": (
        OverloadOpened(5_000, 7),
        '{"kind":"OverloadOpened","version":1,"body":{"power_w":5000,"at":7}}',
    ),
    "ReconnectionConfirmed": (
        ReconnectionConfirmed(7),
        '{"kind":"ReconnectionConfirmed","version":1,"body":{"at":7}}',
    ),
    "TamperSeen": (
        TamperSeen(Tamper.COVER | Tamper.MAGNET, False, 7),
        '{"kind":"TamperSeen","version":1,"body":{"tamper":["COVER","MAGNET"],"opens":false,'
        '"at":7}}',
    ),
    "PowerReturned": (
        PowerReturned(7),
        '{"kind":"PowerReturned","version":1,"body":{"at":7}}',
    ),
    "StoreRestored": (
        StoreRestored(7),
        '{"kind":"StoreRestored","version":1,"body":{"at":7}}',
    ),
}
"""One of each kind, as it is written now."""

OLDER_SAMPLES = [
    (
        EnergyUsed(30, 10, 7),
        '{"kind":"EnergyUsed","version":1,"body":{"register_wh":30,"used_wh":10,"at":7}}',
    ),
    (
        BaselineTaken(3, 30, 7),
        '{"kind":"BaselineTaken","version":1,"body":{"epoch":3,"register_wh":30,"at":7}}',
    ),
    (
        RegisterFell(20, 10, 7),
        '{"kind":"RegisterFell","version":1,"body":{"register_wh":20,"fell_wh":10,"at":7}}',
    ),
]
"""What older versions wrote."""


STATE_SAMPLE_1 = """
{"version":1,"state":{
"account":{"credit_wh":24990,"low_wh":5000,"maximum_wh":2147483647},
"supply":{
  "held":{"columns":["reason","since"],"rows":[["NEVER_COMMISSIONED",5],["NO_CREDIT",7]]},
  "changed_at":7,"commissioned":true,"test_left_s":0,"test_pause_s":51},
"sts":{
  "drn":"12345678903","pan":"600727123456789030","dkga":"04","base":"YEAR_2014",
  "key":{"secret":"THE-KEY","ea":"EA11","sgc":"123457","ti":"01","krn":1,"kt":2,"ken":255},
  "tids":{"floor":3155040,"used":[3155520]}},
"ladders":{
  "paths":{
    "columns":["source","failures","locked_s","recent"],
    "rows":[["KEYPAD",1,0,{"columns":["digest","left_s"],"rows":[]}]]},
  "hours":[HOURS],"hour_left_s":3591},
"ledger":{"entries":{
  "columns":["sequence","digest","token_class","subclass","tid","result","source","first_at",
    "worth","first_source","seconds","amount","unit","control","missing","credit_after","at"],
  "rows":[[1,"0001020304050607",0,0,3155520,"Accept","SLOT_2",0,
    0,"SLOT_0",0,25000,"WATT_HOUR",0,0,25000,1577865600]]}},
"metering":{"epoch":3,"register_wh":20,"total_wh":10},
"alarms":{
  "observed":["RELAY_MISMATCH","SOURCE_SILENT"],"latched":["REGISTER_FELL"],"acknowledged":[]}
}}"""
"""As version 1 wrote the state after all its samples, laid out over lines."""

STATE_SAMPLE_2 = (
    STATE_SAMPLE_1.replace('"version":1', '"version":2')
    .replace(
        '"test_pause_s":51}',
        """"test_pause_s":51,
  "overload":{
    "off_left_s":60,"lockout_left_s":0,"retries":1,"quiet_left_s":600,"openings":1},
  "power_offs":1}""",
    )
    .replace(
        '"acknowledged":[]}',
        """"acknowledged":[]},
"calendar":{
  "days":{"columns":["number","at","total_wh"],"rows":[[739000,7,10]]},
  "months":{"columns":["number","at","total_wh"],"rows":[[24283,7,10]]}}""",
    )
)
"""As version 2 wrote it: version 1 and what came with overload and calendar."""

SECTION_ROW = """,
    [2,"0001020304050607",2,3,0,"FirstKCT","SLOT_2",0,
    0,"SLOT_0",600,1,"COUNT",0,3,25000,1577865600]]}},"""

STATE_SAMPLE_3 = (
    STATE_SAMPLE_2.replace('"version":2', '"version":3')
    .replace(
        '"account":{"credit_wh":24990,"low_wh":5000,"maximum_wh":2147483647}',
        """"account":{"credit":24990,"low":5000,"maximum":2147483647,
  "commodity":"ELECTRICITY","currency":"","price_e5":0,"unpaid":0}""",
    )
    .replace(
        '"used":[3155520]}}',
        """"used":[3155520]},
  "held":{"sealed":{"columns":["digits"],"rows":[["34812744915211133004"]]},"left_s":591},
  "retired":{"columns":["fingerprint","floor"],"rows":[]}}""",
    )
    .replace("1577865600]]}},", "1577865600]" + SECTION_ROW)
    .replace(
        '"register_wh":20,"total_wh":10}',
        '"register":20,"total":10,"factor":1000,"rest":0}',
    )
    .replace("total_wh", "total")
    .replace(
        '"rows":[[24283,7,10]]}}',
        """"rows":[[24283,7,10]]}},
"tampering":{"seen":["COVER","MAGNET"],"opening":[]},
"limits":{"power_w":-1,"unbalance_w":-1,"phases":1}""",
    )
)
"""As version 3 wrote it: money, other commodities, key change, tamper and limits."""

STATE_SAMPLE_4 = (
    STATE_SAMPLE_3.replace('"version":3', '"version":4')
    .replace(
        '"columns":["fingerprint","floor"],"rows":[]}}',
        '"columns":["fingerprint","floor"],"rows":[]},"restored_at":7}',
    )
    .replace('"power_offs":1}', '"power_offs":1,"commissioned_at":1577865600}')
)
"""As version 4 writes it: with the times of the last restore and of the first credit."""

NEW_IN_4 = {"StoreRestored"}

NEW_IN_3 = {"KeySectionHeld", "TamperSeen"}
NEW_IN_2 = {"DayBegan", "OverloadOpened", "ReconnectionConfirmed", "PowerReturned"}
CHANGES_THE_KEY = {"KeyChanged"}
"""Of a set of one section, which no meter writes: left out of the samples of a state."""


def used_state(without: Collection[str] = ()) -> State:
    """Return the state after all samples but some."""
    kinds = SAMPLES.keys() - CHANGES_THE_KEY - set(without)
    facts = [fact for kind, (fact, _) in SAMPLES.items() if kind in kinds]
    return apply_all(initial(SEED, 5), facts)


def whole(sample: str) -> str:
    return sample.replace("THE-KEY", OCTETS.hex()).replace("HOURS", "1" + ",0" * 24)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_fact_is_written_as_its_sample_and_read_back(kind: str) -> None:
    fact, line = SAMPLES[kind]
    assert fact_to_json(fact) == line
    assert fact_from_json(line) == fact


@pytest.mark.parametrize(("fact", "line"), OLDER_SAMPLES)
def test_a_fact_of_an_older_version_is_still_read(fact: Fact, line: str) -> None:
    assert fact_from_json(line) == fact


def test_a_log_tells_of_a_key_section_its_last_digits_alone() -> None:
    for kind in ("KeySectionHeld", "KeyChanged"):
        line = fact_to_line(SAMPLES[kind][0])
        assert '"sealed":{"digits":"3004"}' in line
        assert FIRST_OF_FOUR not in line
    fact, line = SAMPLES["TokenAccepted"]
    assert fact_to_line(fact) == line


def test_every_kind_of_fact_has_a_version_and_a_sample() -> None:
    kinds = {kind.__name__ for kind in get_args(Fact)}
    assert kinds == set(SAMPLES) == set(FACT_VERSIONS)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"kind":"MoonRose","version":1,"body":{}}', "fact MoonRose version 1 is not known"),
        ('{"kind":"TimePassed","version":2,"body":{}}', "fact TimePassed version 2"),
        ('{"kind":["x"],"version":1,"body":{}}', "is not known"),
        ('{"kind":"TimePassed","version":1,"body":{"seconds":1}}', "members .*seconds"),
        ('{"kind":"TimePassed","version":1,"body":{"seconds":"1","at":1}}', "seconds: '1'"),
        ('{"kind":"TimePassed","version":1,"body":{"seconds":true,"at":1}}', "seconds: True"),
        ('{"kind":"ReasonArose","version":1,"body":{"reason":"X","at":1}}', "'X' is no SupplyReas"),
        ('{"kind":"AlarmsAcknowledged","version":1,"body":{"alarms":["X"],"at":1}}', "no Alarm"),
        ('{"kind":"AlarmsAcknowledged","version":1,"body":{"alarms":1,"at":1}}', "a list"),
        (
            '{"kind":"GuessFailed","version":1,"body":{"source":"KEYPAD","digest":"x","at":1}}',
            "digest: octets",
        ),
        (
            '{"kind":"GuessFailed","version":1,"body":{"source":"KEYPAD","digest":12,"at":1}}',
            "digest: octets",
        ),
        ('{"kind":"TimePassed","version":1,"body":[]}', "where a TimePassed should stand"),
        ('{"kind":"TimePassed"}', "no object of kind, version, body"),
        ("[]", "no object"),
        ("{", "not JSON"),
        ("", "not JSON"),
    ],
)
def test_a_line_that_no_version_wrote_is_refused(line: str, message: str) -> None:
    with pytest.raises(WireError, match=message):
        fact_from_json(line)


def test_a_state_comes_back_as_it_was() -> None:
    state = used_state()
    assert state_from_json(state_to_json(state)) == state
    assert state_from_json(state_to_json(initial(SEED, 5))) == initial(SEED, 5)


@pytest.mark.parametrize(
    ("sample", "without"),
    [
        (STATE_SAMPLE_1, NEW_IN_2 | NEW_IN_3 | NEW_IN_4),
        (STATE_SAMPLE_2, NEW_IN_3 | NEW_IN_4),
        (STATE_SAMPLE_3, NEW_IN_4),
    ],
)
def test_an_older_version_of_the_state_is_still_read(sample: str, without: set[str]) -> None:
    known = used_state(without)
    supply = replace(known.supply, commissioned_at=0)  # which no version before 4 has kept
    assert state_from_json(whole(sample)) == replace(known, supply=supply)


def test_version_four_of_the_state_is_written_and_read() -> None:
    sample = whole(STATE_SAMPLE_4)
    assert state_from_json(sample) == used_state()
    assert json.loads(state_to_json(used_state())) == json.loads(sample)


@pytest.mark.parametrize("sample", [STATE_SAMPLE_1, STATE_SAMPLE_2, STATE_SAMPLE_3, STATE_SAMPLE_4])
@pytest.mark.parametrize("member", ["account", "supply", "sts", "metering"])
def test_a_damaged_state_of_any_version_is_refused(member: str, sample: str) -> None:
    for damage in ('"moon":', f'"{member}":7,"moon":'):
        with pytest.raises(WireError):
            state_from_json(whole(sample).replace(f'"{member}":', damage))


@pytest.mark.parametrize("damaged", ['"calendar":7,"moon":', '"calendar":{"days":7},"moon":'])
def test_a_damaged_calendar_of_version_two_is_refused(damaged: str) -> None:
    with pytest.raises(WireError):
        state_from_json(whole(STATE_SAMPLE_2).replace('"calendar":', damaged))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"version":4', '"version":5', "state version 5 is not known"),
        ('"version":4', '"version":true', "state version True is not known"),
        ('"credit":', '"credits":', "account: members"),
        ('"columns":["reason","since"]', '"columns":["since","reason"]', "supply: held: members"),
        ('"rows":[["NEVER', '"rows":["NEVER', "JSON|list"),
        ('"ea":"EA11"', '"ea":"EA09"', "sts: key: ea: 'EA09' is no EncryptionAlgorithm"),
        ('"supply":{', '"supply":7,"supplies":{', "members"),
        ('"retired":{', '"retired":7,"retires":{', "members"),
        ('"retired":{"columns":', '"retired":{"column":', "no table of Retired"),
        ('"retired":{"columns":["fingerprint","floor"],"rows":[]}', '"retired":[]', "no table"),
    ],
)
def test_a_damaged_state_is_refused_by_its_member(old: str, new: str, message: str) -> None:
    line = state_to_json(initial(SEED, 5))
    assert old in line
    with pytest.raises(WireError, match=message):
        state_from_json(line.replace(old, new))


@settings(max_examples=40)
@given(st.text(max_size=40) | st.recursive(st.integers(), st.lists).map(json.dumps))
def test_any_text_is_read_or_refused(line: str) -> None:
    for read in (fact_from_json, state_from_json):
        with pytest.raises(WireError):
            read(line)


def test_what_is_no_record_has_no_form() -> None:
    with pytest.raises(TypeError, match="object has no form"):
        form_of(object)
    with pytest.raises(TypeError, match="float has no form"):
        form_of(tuple[float, ...])


def test_no_fact_can_carry_a_secret() -> None:
    with pytest.raises(TypeError, match="Secret"):
        form_of(Secret)
    with pytest.raises(TypeError, match="Secret"):
        form_of(Seed)


def test_no_record_of_the_state_has_more_than_ten_members() -> None:
    seen: set[type] = set()
    waiting: list[object] = [State]
    while waiting:
        hint = waiting.pop()
        waiting.extend(get_args(hint))
        if isinstance(hint, type) and is_dataclass(hint) and hint not in seen | {TokenOutcome}:
            seen.add(hint)
            waiting.extend(get_type_hints(hint).values())
            assert len(fields(hint)) <= 10, hint.__name__
    assert len(seen) > 10
