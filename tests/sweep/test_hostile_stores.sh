#!/bin/bash
# A sweep's folder may come from anybody. Whatever its store is made of, each command ends by itself
# with exit code 1 and one line, or goes on as if nothing were there; nothing outside is touched.
. "$2/tests/support/shell.sh"
needs python3
cat >sweep.yaml <<'END'
name: tiny
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 4}
  run: {steps: 40, records: 5}
grid: [{key: learning.update_noise, values: [0.01, 0.02, 0.03, 0.04]}]
END
succeeds sweep run sweep.yaml -o good --quiet --jobs 1
mv good/sweep.sqlite good/shard-1-of-1.sqlite
python3 - good/shard-1-of-1.sqlite <<'END'
import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
d.execute("UPDATE run SET state = 'waiting', owner = NULL WHERE id = 3")
d.execute("PRAGMA journal_mode = DELETE")
d.commit()
END
mkdir victim
echo precious >victim/file
echo precious >victim/12-0123456789abcdef
sqlite3_victim() { python3 -c 'import sqlite3; d = sqlite3.connect("victim/other.sqlite"); d.execute("CREATE TABLE run (id INTEGER PRIMARY KEY, a)"); d.execute("INSERT INTO run VALUES (1, 2)"); d.commit()'; }
sqlite3_victim
find victim -type f -exec cksum {} + | sort >untouched

# store NAME: the good one, changed by the SQL on standard input; $V is the folder of victims
store() {
    rm -rf "$1"
    mkdir "$1"
    cp good/shard-1-of-1.sqlite "$1/sweep.sqlite"
    python3 -c '
import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
d.executescript("PRAGMA writable_schema = ON;" + sys.stdin.read())
d.commit()' "$1/sweep.sqlite" || fail "the store $1 is not made"
}
rebuilt="CREATE TABLE copy AS SELECT * FROM run; DROP TABLE run;"

# tried NAME: every command on it; each ends in time, without a signal, with at most one line said
commands=0
tried() {
    local name=$1 words=${2:-} code refused=0
    cp "$name/sweep.sqlite" "$name.shard"
    for command in "sweep status $name" "sweep table $name" "info $name" \
        "figure sweep $name x=learning.update_noise y=active_units_ratio -o $name.svg" \
        "sweep run sweep.yaml -o $name --quiet --jobs 1" "merge"; do
        if [ "$command" = merge ]; then
            mkdir -p "$name-merge" && cp "$name.shard" "$name-merge/shard-1-of-2.sqlite"
            cp good/shard-1-of-1.sqlite "$name-merge/shard-2-of-2.sqlite"
            command="sweep merge $name-merge --partial"
        fi
        commands=$((commands + 1))
        timeout 300 "$program" $command >out 2>err </dev/null
        code=$?
        check "$name: $command: exit code $code, $(cat err)" test $code -le 1
        check "$name: $command: more than a line: $(cat err)" test "$(wc -l <err)" -le 2
        if [ -n "$words" ] && [ "${command#sweep run}" = "$command" ]; then
            [ $code -eq 1 ] && grep -qF -- "$words" err ||
                fail "$name: $command: code $code, no '$words' in: $(cat err)"
        fi
    done
    find victim -type f -exec cksum {} + | sort >now
    check "$name: nothing outside is touched: $(diff untouched now)" cmp -s untouched now
}
V=$PWD/victim

store owner-path <<<"UPDATE run SET state = 'running', owner = '../../victim/file' WHERE id = 1"
tried owner-path
store owner-absolute <<<"UPDATE run SET state = 'running', owner = '/../$V/file' WHERE id = 1"
tried owner-absolute
store owner-null <<<"UPDATE run SET state = 'running', owner = NULL WHERE id = 1"
tried owner-null
store owner-link <<<"UPDATE run SET state = 'running', owner = '12-0123456789abcdef' WHERE id = 1"
ln -s "$V" owner-link/owners
tried owner-link
store owner-number <<<"UPDATE run SET state = 'running', owner = x'00ff' WHERE id = 1"
tried owner-number 'owner of run 1 is nothing that a sweep writes'
store column-sql <<<"ALTER TABLE run ADD COLUMN \"x\"\") SELECT 1; ATTACH '$V/other.sqlite' AS v; DELETE FROM v.run; --\" REAL"
tried column-sql "holds the column"
store column-foreign <<<"ALTER TABLE run ADD COLUMN favourite TEXT"
tried column-foreign "holds the column 'favourite'"
store column-missing <<<"ALTER TABLE run DROP COLUMN trace_step"
tried column-missing "has no column trace_step"
store column-computed <<<"ALTER TABLE run RENAME COLUMN seconds TO old; ALTER TABLE run DROP COLUMN old; ALTER TABLE run ADD COLUMN seconds REAL AS (zeroblob(1000000000))"
tried column-computed "has not the tables of a sweep"
store trigger <<<"CREATE TRIGGER t AFTER UPDATE ON run BEGIN UPDATE run SET state = 'waiting' WHERE state = 'done'; END"
tried trigger "holds trigger 't'"
store view <<<"$rebuilt CREATE VIEW run AS SELECT * FROM copy"
tried view "holds"
store endless-view <<<"$rebuilt CREATE VIEW run AS WITH RECURSIVE n(id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n) SELECT n.id, copy.* FROM n, copy"
tried endless-view "holds"
store virtual <<<"CREATE VIRTUAL TABLE f USING fts5(a)"
tried virtual "holds table 'f"
store virtual-run <<<"DROP TABLE run; CREATE VIRTUAL TABLE run USING fts5(id, label, state, reason, owner, seconds, steps, cost, experiment)"
tried virtual-run
store index-expression <<<"CREATE INDEX i ON run (length(experiment))"
tried index-expression "holds index 'i'"
store check <<<"$rebuilt CREATE TABLE run (id INTEGER PRIMARY KEY, label TEXT CHECK (length(zeroblob(1000000000)) > 0))"
tried check "holds"
store state-null <<<"$rebuilt CREATE TABLE run (id INTEGER PRIMARY KEY, label TEXT, state TEXT, experiment TEXT); INSERT INTO run VALUES (1, NULL, NULL, NULL); DROP TABLE copy"
tried state-null "has no column reason"
store state-blob <<<"UPDATE run SET state = x'00' WHERE id = 1"
tried state-blob 'state of run 1'
store experiment-blob <<<"UPDATE run SET experiment = x'ffffff00ff' WHERE id = 1"
tried experiment-blob 'experiment of run 1'
store experiment-text <<<"UPDATE run SET experiment = '{{{{{' WHERE id < 3"
tried experiment-text
store label-blob <<<"UPDATE run SET label = x'1b5b41' WHERE id = 1"
tried label-blob 'label of run 1'
store label-controls <<<"UPDATE run SET label = char(27) || '[2J' || char(10) || 'x', reason = char(155)"
tried label-controls
succeeds sweep table label-controls
check "no control of a label reaches the terminal" test -z "$(LC_ALL=C grep -P '[\x1b\x9b]' out)"
store metric-text <<<"UPDATE run SET active_units_ratio = 'many' WHERE id = 1"
tried metric-text 'active_units_ratio of run 1'
store trace-short <<<"UPDATE run SET trace_log10_loss = x'00' WHERE id = 1"
tried trace-short 'trace_log10_loss of run 1'
store trace-backwards <<<"UPDATE run SET trace_step = x'0a0000000000000000000000000000000a0000000000000009000000000000000800000000000000', trace_log10_loss = zeroblob(20), trace_active_fraction = zeroblob(20), trace_fraction_active_units = zeroblob(20)"
tried trace-backwards
store id-huge <<<"UPDATE run SET id = 9223372036854775807 WHERE id = 1"
tried id-huge 'is nothing that a sweep writes'
store id-negative <<<"UPDATE run SET id = -1 WHERE id = 3"
tried id-negative 'is nothing that a sweep writes'
store id-more <<<"UPDATE run SET id = 100 WHERE id = 3"
tried id-more
store facts-null <<<"UPDATE sweep SET value = NULL"
tried facts-null 'does not say its format'
store facts-blob <<<"UPDATE sweep SET value = x'00' WHERE key = 'name'"
tried facts-blob
store facts-gone <<<"DROP TABLE sweep"
tried facts-gone
mkdir cut && head -c 5000 good/shard-1-of-1.sqlite >cut/sweep.sqlite
tried cut
mkdir noise && (head -c 100 good/shard-1-of-1.sqlite && head -c 20000 /dev/urandom) >noise/sweep.sqlite
tried noise
check "all stores were tried by all commands: $commands" test $commands -ge 180

# Files beside the store that would be written or removed through SQLite.
for beside in wal shm journal; do
    store linked <<<"SELECT 1"
    ln -s "$V/file" "linked/sweep.sqlite-$beside"
    refuses 1 "is no regular file" sweep status linked
done
store journal <<<"SELECT 1"
python3 - "$V/file" >journal/sweep.sqlite-journal <<'END'
import struct, sys
name = sys.argv[1].encode()
magic = bytes([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7])
head = magic + struct.pack(">iiiii", 0, 1, 8, 512, 4096)
end = struct.pack(">i", 0x40000001) + name + struct.pack(">ii", len(name), sum(name)) + magic
sys.stdout.buffer.write(head.ljust(512, b"\0") + end)
END
refuses 1 "names another file" sweep status journal
mkdir -p fifo && mkfifo fifo/sweep.sqlite
timeout 300 "$program" sweep status fifo >out 2>err
code=$?
check "a FIFO is refused: $(cat err)" test $code -eq 1
mkdir many && cp good/shard-1-of-1.sqlite many/shard-1-of-4000000000.sqlite
refuses 1 "not as any of N" sweep status many
find victim -type f -exec cksum {} + | sort >now
check "nothing outside is touched" cmp -s untouched now
