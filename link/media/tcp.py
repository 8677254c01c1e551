"""`tcp://host:port`: each connection is a medium; port 0 listens on any free one."""

import asyncio
import errno
import os
import re
import socket

from link.media.descriptor import Descriptor, DescriptorMedium
from link.media.medium import CLOSED_HERE, MediumError, reason_of
from link.media.url import Scheme, Url

CONNECTIONS = 64
"""Most connections open at one listener; a further one waits in the kernel's queue."""

BACKLOG = 16
"""Connections that the kernel holds until they are accepted."""

CONNECT_S = 5.0
"""How long one address may leave an attempt without an answer."""

_KEEPALIVE = ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3))
"""Seconds, seconds, probes: a peer that vanished without a word is noticed after a minute."""

_PLACE = re.compile(r"(?P<host>\[[^\[\]/]+\]|[^:\[\]/]+):(?P<port>[0-9]{1,5})")

_Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


class TcpListener:
    """A listening socket."""

    def __init__(self, url: str, listening: socket.socket, poll_s: float) -> None:
        self.url = url
        self._listening = listening
        self._descriptor = Descriptor(os.dup(listening.fileno()))
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._poll_s = poll_s

    async def accept(self) -> DescriptorMedium:
        await self._places.acquire()
        try:
            return _medium(*await self._next(), self._places)
        except BaseException:
            self._places.release()
            raise

    async def _next(self) -> tuple[socket.socket, str]:
        while True:
            self._descriptor.check()
            try:
                connection, (host, port, *_) = self._listening.accept()
            except BlockingIOError:
                await self._descriptor.readable()
            except OSError:  # it is gone again, or this process has no descriptor left
                await asyncio.sleep(self._poll_s)
            else:
                return connection, _text(str(host), int(port))

    async def close(self) -> None:
        self._descriptor.end(CLOSED_HERE)
        self._listening.close()


def _medium(
    connection: socket.socket, url: str, places: asyncio.Semaphore | None = None
) -> DescriptorMedium:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
    release = None if places is None else lambda _reason: places.release()
    return DescriptorMedium(connection.detach(), url, on_end=release)


def _text(host: str, port: int) -> str:
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"


def _host_and_port(url: Url) -> tuple[str, int]:
    found = _PLACE.fullmatch(url.place)
    if found is None:
        raise url.wrong("wanted a host and a port as in tcp://127.0.0.1:4059")
    if int(found["port"]) > 65535:
        raise url.wrong(f"ports end at 65535, found {found['port']}")
    return found["host"].strip("[]"), int(found["port"])


async def _resolve(url: Url) -> list[tuple[socket.AddressFamily, _Address]]:
    host, port = _host_and_port(url)
    try:
        return _addresses(host, port, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        pass  # a name: looking it up takes a thread and its time
    try:
        return await asyncio.get_running_loop().run_in_executor(None, _addresses, host, port)
    except (OSError, UnicodeError) as error:
        raise MediumError(f"{url.text}: unknown host ({reason_of(error)})") from None


def _addresses(host: str, port: int, flags: int = 0) -> list[tuple[socket.AddressFamily, _Address]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in found]


async def _connect(url: Url) -> DescriptorMedium:
    trouble = "no address"
    for family, address in await _resolve(url):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            await reach(connection, address)
            return _medium(connection, url.text)
        except OSError as error:
            trouble = reason_of(error)
        finally:
            connection.close()
    raise MediumError(f"{url.text}: {trouble}")


async def reach(connection: socket.socket, address: _Address) -> None:
    """Connect to somebody else within CONNECT_S; raises OSError, TimeoutError among them."""
    connection.setblocking(False)
    async with asyncio.timeout(CONNECT_S):
        await asyncio.get_running_loop().sock_connect(connection, address)
    if connection.getsockname() == connection.getpeername():
        # Nobody listens and the kernel chose that very port for our own end.
        raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself")


async def _listen(url: Url, poll_s: float) -> TcpListener:
    host, _ = _host_and_port(url)
    family, address = (await _resolve(url))[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setblocking(False)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        return TcpListener(_text(host, listening.getsockname()[1]), listening, poll_s)
    except OSError as error:
        listening.close()
        raise MediumError(f"{url.text}: {reason_of(error)}") from None


SCHEME = Scheme(check=_host_and_port, connect=_connect, listen=_listen)
