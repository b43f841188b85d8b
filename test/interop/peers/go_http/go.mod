module troupe/test/interop/peers/go_http

go 1.26.0

// The last one with a client and a server of HTTP; those after it have only the handlers.
require github.com/nexus-rpc/sdk-go v0.4.0

require github.com/google/uuid v1.3.0 // indirect
