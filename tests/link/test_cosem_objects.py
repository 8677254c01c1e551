"""Laws of the object map: every row encodes, nothing is listed that cannot be reached."""

import pytest

from link.cosem import (
    OBJECT_MAP,
    OBJECTS,
    Role,
    Row,
    RowKind,
    dotted,
    entry_source,
    logical_name,
    object_list,
    object_named,
    rights_of,
    role_of,
    row,
    row_at,
)
from link.cosem.classes import CLASSES, REGISTER, InterfaceClass
from link.cosem.composite import Structure
from link.cosem.lines import Line, cosem_object
from link.cosem.listed import ListedObject
from link.cosem.values import Captured, MeterPan, ScalerUnit
from link.dlms import Data, GetResponse, Tag, read_apdu
from link.dlms.source import MAX_OCTETS
from link.terms import EntrySource, Unit, meter_pan


@pytest.mark.parametrize("each", OBJECT_MAP, ids=lambda each: each.key)
def test_every_row_carries_its_least_and_greatest_value(each: Row) -> None:
    for schema in filter(None, (each.schema, each.returns)):
        for value in (schema.least(), schema.greatest()):
            answer = GetResponse(0xC1, schema.encode(value)).to_bytes()
            assert len(answer) <= MAX_OCTETS
            wire = read_apdu(answer)
            assert isinstance(wire, GetResponse)
            assert isinstance(wire.result, Data)
            assert schema.decode(wire.result) == value


@pytest.mark.parametrize("of", CLASSES, ids=lambda of: of.title)
def test_every_member_of_a_class_has_its_own_number_and_name(of: InterfaceClass) -> None:
    for members in (of.attributes, of.methods):
        assert len({member.index for member in members}) == len(members)
        assert len({member.name for member in members}) == len(members)
    for member in (*of.attributes, *of.methods):
        if member.schema is not None:
            least = member.schema.least()
            assert member.schema.decode(member.schema.encode(least)) == least


def test_every_row_is_found_by_key_and_by_place() -> None:
    for each in OBJECT_MAP:
        assert row(each.key) is each
        assert row_at(each.class_id, each.logical_name, each.kind, each.index) is each
    assert row_at(3, logical_name("1.0.1.8.0.255"), RowKind.METHOD, 1) is None


def test_no_two_objects_share_a_logical_name() -> None:
    for each in OBJECTS:
        assert object_named(each.logical_name) is each
    assert object_named(logical_name("1.0.2.8.0.255")) is None


def test_every_row_can_be_reached_by_somebody_and_only_as_its_kind() -> None:
    for each in OBJECT_MAP:
        reached = each.read | each.write
        assert bool(each.invoke) is (each.kind is RowKind.METHOD)
        assert bool(reached) is (each.kind is RowKind.ATTRIBUTE)
        assert each.kind is RowKind.METHOD or each.returns is None


def test_fixed_values_are_values_of_their_rows() -> None:
    fixed = [each for each in OBJECT_MAP if each.fixed is not None]
    assert fixed
    for each in fixed:
        assert not each.write
        assert each.schema.decode(each.schema.encode(each.fixed)) == each.fixed


def test_a_line_without_a_type_is_our_bug() -> None:
    with pytest.raises(ValueError, match=r"power\.value has no type"):
        cosem_object("power", REGISTER, "1.0.1.7.0.255", Line("value", read=frozenset(Role)))


@pytest.mark.parametrize("name", [each.name for each in OBJECTS if each.of is REGISTER])
def test_a_registers_scaler_and_unit_are_those_of_its_value(name: str) -> None:
    value = row(f"{name}.value")
    assert row(f"{name}.scaler_unit").fixed == ScalerUnit(value.scaler, value.unit)


def test_only_a_customer_or_the_management_changes_anything() -> None:
    for each in OBJECT_MAP:
        assert Role.PUBLIC not in each.write
        assert Role.PAIRING not in each.write


@pytest.mark.parametrize("name", ["days", "months"])
def test_the_columns_of_a_profile_are_the_attributes_that_it_names(name: str) -> None:
    columns = row(f"{name}.capture_objects").fixed
    assert isinstance(columns, tuple)
    assert row(f"{name}.buffer").columns == columns
    named = [row_at(c.class_id, c.logical_name, RowKind.ATTRIBUTE, c.index) for c in columns]
    assert named == [row("clock.time"), row("energy_import.value")]
    buffer = row(f"{name}.buffer").schema.encode((Captured(7, 9),))
    assert isinstance(buffer.value, tuple)
    captured = [one.schema.encode(value) for one, value in zip(named, (7, 9), strict=True) if one]
    assert buffer.value == (Data(Tag.STRUCTURE, tuple(captured)),)


@pytest.mark.parametrize("role", Role)
def test_object_list_names_every_member_of_a_class_with_its_right(role: Role) -> None:
    listed = {each.logical_name: each for each in object_list(role)}
    for each in OBJECTS:
        rows = [line for line in each.rows if role in line.read | line.write | line.invoke]
        assert (each.logical_name in listed) is bool(rows)
        if not rows:
            continue
        entry = listed[each.logical_name]
        assert (entry.class_id, entry.version) == (each.of.class_id, each.of.version)
        modes = {member.index: 0 for member in each.of.attributes} | {1: 1}
        modes |= {
            line.index: (role in line.read) + 2 * (role in line.write)
            for line in each.rows
            if line.kind is RowKind.ATTRIBUTE
        }
        assert {access.index: int(access.mode) for access in entry.rights.attributes} == modes
        invoked = {line.index for line in rows if role in line.invoke}
        methods = {member.index: int(member.index in invoked) for member in each.of.methods}
        assert {access.index: int(access.mode) for access in entry.rights.methods} == methods


def test_what_has_no_value_on_a_medium_is_listed_without_access() -> None:
    silent = object_list(Role.PUBLIC, silent=frozenset({"hdlc_setup.comm_speed"}))
    for before, after in zip(object_list(Role.PUBLIC), silent, strict=True):
        changed = [
            old.index
            for old, new in zip(before.rights.attributes, after.rights.attributes, strict=True)
            if old != new
        ]
        assert changed == ([2] if after.class_id == 23 else [])


def test_every_attribute_of_a_class_has_a_row_but_for_secrets() -> None:
    without = {
        f"{each.name}.{member.name}"
        for each in OBJECTS
        for member in each.of.attributes
        if member.index not in {line.index for line in each.rows if line.kind is RowKind.ATTRIBUTE}
    }
    assert without == {"token_gateway.token", "association.secret"}


@pytest.mark.parametrize("role", Role)
def test_object_list_comes_back_and_fits_an_apdu(role: Role) -> None:
    schema = row("association.object_list").schema
    octets = GetResponse(0xC1, schema.encode(object_list(role))).to_bytes()
    assert len(octets) <= MAX_OCTETS
    wire = read_apdu(octets)
    assert isinstance(wire, GetResponse)
    assert isinstance(wire.result, Data)
    assert schema.decode(wire.result) == object_list(role)


def listed_octets(entry: ListedObject) -> bytes:
    members = row("association.object_list").schema.encode((entry,)).value
    assert isinstance(members, tuple)
    assert isinstance(members[0], Data)
    return members[0].to_bytes()


def test_the_public_client_sees_the_energy_register_only_in_lab_mode() -> None:
    names = {each.logical_name for each in object_list(rights_of(Role.PUBLIC, lab=False))}
    assert logical_name("0.0.96.1.0.255") in names
    assert logical_name("1.0.1.8.0.255") not in names
    lab = {each.logical_name: each for each in object_list(rights_of(Role.PUBLIC, lab=True))}
    assert listed_octets(lab[logical_name("1.0.1.8.0.255")]).hex() == (
        "0204120003110009060100010800ff"
        "0202010302030f0116010002030f0216010002030f03160100010102020f011600"
    )


def test_selectors_of_the_token_log_are_listed() -> None:
    name = logical_name("0.0.99.17.0.255")
    log = next(each for each in object_list(Role.CIU) if each.logical_name == name)
    assert [access.selectors for access in log.rights.attributes][:2] == [(), (1, 2)]


def test_nobody_sets_credit_and_no_secret_is_listed() -> None:
    keys = {each.key for each in OBJECT_MAP}
    assert "association.secret" not in keys
    assert {each.key for each in OBJECT_MAP if each.write} == {
        "alarms.value",
        "confirm_reconnection.value",
    }
    assert [each.key for each in OBJECT_MAP if each.invoke] == ["token_gateway.enter"]


def test_our_own_objects_stand_in_the_makers_range() -> None:
    names = [dotted(each.logical_name) for each in OBJECTS]
    ours = [name for name in names if name.startswith("0.0.96.50.")]
    assert ours == [f"0.0.96.50.{e}.255" for e in (*range(1, 10), *range(14, 19))]


@pytest.mark.parametrize("drn", ["01234567890", "0123456789012"])
def test_a_meter_pan_is_its_three_parts(drn: str) -> None:
    schema = row("sts.meter_pan").schema
    assert isinstance(schema, Structure)
    data = schema.encode(MeterPan.of(drn)).value
    assert isinstance(data, tuple)
    issuer, number, check = (member.value for member in data if isinstance(member, Data))
    width = len(drn)
    assert f"{issuer:0{17 - width}d}{number:0{width}d}{check}" == meter_pan(drn)


@pytest.mark.parametrize("text", ["0.0.19.0.0", "0.0.19.0.0.256", "0.0.19.0.0.255.0", "a.b", ""])
def test_other_texts_are_no_logical_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"logical name|range|invalid literal"):
        logical_name(text)


def test_saps_have_their_roles_and_paths() -> None:
    assert role_of(16) is Role.PUBLIC
    assert role_of(1) is Role.MANAGEMENT
    assert role_of(104) is Role.PAIRING
    assert {role_of(sap) for sap in range(96, 104)} == {Role.CIU}
    assert role_of(0) is role_of(95) is role_of(105) is None
    assert entry_source(16) is EntrySource.PUBLIC
    assert [entry_source(sap) for sap in range(96, 104)] == list(EntrySource)[:8]
    assert entry_source(104) is None


def test_lab_mode_lends_the_cius_rights_to_the_public_client_only() -> None:
    for role in Role:
        lent = Role.CIU if role is Role.PUBLIC else role
        assert rights_of(role, lab=True) is lent
        assert rights_of(role, lab=False) is role


def test_figures_say_their_unit_and_amounts_leave_it_to_the_account() -> None:
    assert row("account.available_credit").unit is Unit.COUNT
    assert row("power.value").unit is Unit.WATT
