//! Flash images and the regions they are written to.
