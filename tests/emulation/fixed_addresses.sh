#!/bin/bash
# Runs a command without address randomization, which the thread sanitizer of GCC 12 does not always get along with;
# where that is not permitted, as it is.
setarch -R true 2> /dev/null && exec setarch -R "$@"
exec "$@"
