# How long a program of a test may take. The scripts of the tests source it.
# shellcheck shell=sh

# limit_of SECONDS: prints the seconds after which a program is stuck. In a virtual machine these are ten hours, since its
# clock leaps while it waits for a file of the host.
limit_of() { if [ -n "${V4L2CPP_VM:-}" ]; then echo 36000; else echo "$1"; fi; }
