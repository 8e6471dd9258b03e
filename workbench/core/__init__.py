"""What an execution is, without a screen and without a protocol: data, ports, engine, runtime."""
