"""Laws of media URLs: each is understood as typed, or refused in one line."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from link.media import SCHEMES, MediumError, UrlError, check_url, connect, is_shared, listen


@pytest.mark.parametrize(
    "url",
    [
        "tcp://127.0.0.1:4059",
        "tcp://[::1]:0",
        "tcp://meter-3.example:65535",
        "pty:///tmp/a b/line",
        "serial:///dev/ttyUSB0",
        "serial:///dev/serial/by-id/usb-1?baudrate=2400&parity=E&stopbits=2",
    ],
)
def test_a_file_may_name_every_medium_between_processes(url: str) -> None:
    check_url(url)


def test_a_file_may_not_name_a_medium_inside_one_process() -> None:
    with pytest.raises(UrlError, match="lives in one process only"):
        check_url("memory://house")


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("", "'' is not a URL like tcp://127.0.0.1:4059"),
        ("/dev/ttyUSB0", "'/dev/ttyUSB0' is not a URL like tcp://127.0.0.1:4059"),
        ("pty:/line", "'pty:/line' is not a URL like tcp://127.0.0.1:4059"),
        ("tcp://a:1\n", r"'tcp://a:1\n' is not a URL like tcp://127.0.0.1:4059"),
        ("seral:///x", "seral:///x: unknown scheme 'seral' (did you mean 'serial'?)"),
        ("udp://x:1", "udp://x:1: unknown scheme 'udp' (known are memory, pty, serial, tcp)"),
        ("x://y", "x://y: unknown scheme 'x' (known are memory, pty, serial, tcp)"),
        ("serial:///x?baud=1", "serial:///x?baud=1: unknown key 'baud' (did you mean 'baudrate'?)"),
        ("tcp://a:1?baudrate=1", "tcp://a:1?baudrate=1: unknown key 'baudrate' (none is known)"),
        (
            "serial:///x?q=1",
            "serial:///x?q=1: unknown key 'q' (known are baudrate, parity, stopbits, echo, rs485)",
        ),
        (
            "serial:///x?parity=N&parity=E",
            "serial:///x?parity=N&parity=E: wanted each key once as key=value, found 'parity=E'",
        ),
        (
            "serial:///x?parity",
            "serial:///x?parity: wanted each key once as key=value, found 'parity'",
        ),
        ("serial:///x?parity=X", "serial:///x?parity=X: parity must be one of N, E, O, found 'X'"),
        (
            "serial:///x?stopbits=3",
            "serial:///x?stopbits=3: stopbits must be one of 1, 2, found '3'",
        ),
        (
            "serial:///x?baudrate=49",
            "serial:///x?baudrate=49: baudrate must be a number from 50 to 4000000, found '49'",
        ),
        (
            "serial:///x?baudrate=9k6",
            "serial:///x?baudrate=9k6: baudrate must be a number from 50 to 4000000, found '9k6'",
        ),
        ("serial://ttyUSB0", "serial://ttyUSB0: wanted an absolute path as in serial:///path"),
        ("pty:///", "pty:///: wanted an absolute path as in pty:///path"),
        ("tcp://host", "tcp://host: wanted a host and a port as in tcp://127.0.0.1:4059"),
        ("tcp://:4059", "tcp://:4059: wanted a host and a port as in tcp://127.0.0.1:4059"),
        ("tcp://::1:4059", "tcp://::1:4059: wanted a host and a port as in tcp://127.0.0.1:4059"),
        ("tcp://a:65536", "tcp://a:65536: ports end at 65535, found 65536"),
        ("memory://", "memory://: wanted a name as in memory://house"),
    ],
)
async def test_a_wrong_url_is_one_line_with_the_nearest_known_word(url: str, line: str) -> None:
    for refuse in (connect, listen):
        with pytest.raises(UrlError) as refusal:
            await refuse(url)
        assert str(refusal.value) == line
    assert issubclass(UrlError, ValueError)
    assert issubclass(UrlError, MediumError)


@pytest.mark.parametrize(
    ("url", "shared"),
    [
        ("serial:///dev/ttyUSB0", True),
        ("pty:///tmp/line", False),
        ("tcp://127.0.0.1:4059", False),
        ("memory://house", False),
    ],
)
def test_only_a_serial_line_may_have_other_stations(url: str, shared: bool) -> None:
    assert is_shared(url) is shared


schemes = st.one_of(st.sampled_from(sorted(SCHEMES)), st.text(max_size=8))
pieces = st.text("/:?&=[]%. abz019\n\0\x85\u2028²", max_size=30)


@given(st.one_of(st.text(max_size=30), st.builds("{}://{}".format, schemes, pieces)))
@example("serial:///x?baudrate=²")
@example("tcp://a:²")
@example("tcp://a\u2028:1")
def test_any_text_is_a_url_or_one_line(text: str) -> None:
    try:
        check_url(text)
    except UrlError as refusal:
        line = str(refusal)
    else:
        line = text
    assert len(line.splitlines()) <= 1
