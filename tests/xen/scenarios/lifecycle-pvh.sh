# The same with a PVH guest.
type=pvh
. "$ours/scenarios/lifecycle-pv.sh"
