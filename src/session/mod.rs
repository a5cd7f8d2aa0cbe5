//! What a build tool calls: connect → verify → write → finish.
