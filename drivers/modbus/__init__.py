"""Modbus RTU as its drivers share it: frames as pure values, where they begin and end, and one station's exchanges."""
