# Waits for the end of the standard input, which is the end of the server. Then kills the programs that the server has left,
# which are those with a folder for temporary files in the workspace $1, where the system shows the environment of processes
# in /proc. At last deletes the workspace.
trap '' HUP INT QUIT TERM
cat >/dev/null
for round in 1 2 3 4 5 6 7 8 9 10; do
    found=$(grep -lsF -e "TMPDIR=$1/" /proc/[0-9]*/environ)
    [ -n "$found" ] || break
    for file in $found; do
        file=${file%/environ}
        kill -KILL "${file#/proc/}" 2>/dev/null
    done
done
rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
