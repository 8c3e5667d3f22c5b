//! The client at work: calls, retries, errors, transfers, pagination, long-running work, the WebSocket and test doubles.
//! Everything happens on loopback or in the process.

mod api_key;
mod axum_adapter;
mod batches;
mod blocking;
mod calls;
mod connection_faults;
mod dynamic_calls;
mod environment;
mod errors;
mod extension_points;
mod faults;
mod http_status;
mod in_process;
mod invalid_requests;
mod json_depth;
mod large_bodies;
mod limits;
mod long_running;
mod model_files;
mod pagination;
mod proxies;
mod redaction;
mod responses;
mod retries;
mod scripted_events;
mod service;
mod support;
mod test_doubles;
mod tls;
mod traces;
mod transfers;
mod websocket;
