"""A simulated variable-frequency drive that turns a mill, on a Modbus RTU line."""
