{
  address: '127.0.0.1',
  mgmt_address: '127.0.0.1',
  mgmt_port: @MANAGEMENT@,
  servers: [
    { server: './servers/udp', address: '127.0.0.1', port: @PORT@ },
    { server: './servers/tcp', address: '127.0.0.1', port: @PORT@ }
  ],
  backends: [],
  dumpMessages: true,
  flushInterval: 100000000
}
