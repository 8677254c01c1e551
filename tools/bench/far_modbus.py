"""`python -m tools.bench.far_modbus`: pymodbus's server with the two registers of one value.

Needs the extra `modbus`. Its TCP framing (MBAP) and its device are those of its documentation.
"""

import asyncio

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tools.bench.far_bare import serve
from tools.bench.peers import MODBUS_DEVICE, MODBUS_VALUE


async def _serve_modbus() -> None:
    value = SimData(0, values=MODBUS_VALUE, datatype=DataType.INT32)
    server = ModbusTcpServer(SimDevice(MODBUS_DEVICE, simdata=[value]))
    await serve(server.handle_new_connection)


if __name__ == "__main__":
    asyncio.run(_serve_modbus())
