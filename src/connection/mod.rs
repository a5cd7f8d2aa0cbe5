//! One loader session: reset, sync, request and response.
