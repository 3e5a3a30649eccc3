"""A simulated block of contacts and sensors on a Modbus RTU line."""
