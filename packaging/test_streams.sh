#!/bin/bash
# A topic through kcat into prepare: kcat's own mock broker over TCP on loopback, and Kinesis Firehose files.
# Exit code 0: the datasets are those of the plain log; 4: no kcat here.
#
#   bash packaging/test_streams.sh ALSTER
set -euo pipefail
alster=$(realpath "$1")
if ! command -v kcat > /dev/null; then
    echo "SKIPPED: no kcat here (Debian: apt-get install kcat)"
    exit 4
fi
work=$(mktemp -d)
broker=
cleanup() {
    [ -z "$broker" ] || kill "$broker" 2> /dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

# 3,000 events with ids, of which some are delivered twice
awk 'BEGIN { srand(3)
             for (n = 0; n < 3000; ++n)
                 printf "{\"id\":\"e%d\",\"user\":%d,\"item\":\"film-%d\",\"value\":%d,\"ts\":%d}\n",
                        n, rand() * 90, rand() * 60, 1 + rand() * 5, 1700000000 + n }' > log.jsonl
awk 'NR % 10 == 3 { print } { print }' log.jsonl > delivered.jsonl
columns=user=user,item=item,value=value,time=ts,event_id=id
options=(--format jsonl --columns "$columns" --json)
"$alster" prepare --input log.jsonl "${options[@]}" --out plain.h5 > plain.json

# A producer of kcat that waits for its input holds the mock broker, which others reach over TCP
mkfifo stop
kcat -P -b mock -X test.mock.num.brokers=1 -d mock -t none < stop 2> broker.txt &
broker=$!
exec 3> stop
server=
for _ in $(seq 300); do
    server=$(sed -n 's/.*bootstrap.servers=\([0-9.:]*\)$/\1/p' broker.txt | head -n 1)
    [ -z "$server" ] || break
    sleep 0.1
done
[ -n "$server" ] || { cat broker.txt; exit 1; }
kcat -P -b "$server" -t events delivered.jsonl -l
kcat -C -b "$server" -t events -o beginning -e -q | "$alster" prepare --input - "${options[@]}" --out topic.h5 > topic.json

# Firehose writes objects of an hour each, gzip, one event a line
split -n l/4 delivered.jsonl events-2026-11-27-
gzip events-2026-11-27-*
"$alster" prepare --input events-2026-11-27-*.gz "${options[@]}" --out objects.h5 > objects.json

fingerprint() { "$alster" inspect --no-verify --json "$1" | grep -o '"fingerprint":"[^"]*"'; }
for made in topic objects; do
    [ "$(fingerprint $made.h5)" = "$(fingerprint plain.h5)" ] || { echo "$made.h5 differs from plain.h5"; exit 1; }
    grep -q '"redelivered":300[,}]' $made.json || { cat $made.json; exit 1; }
done
echo "kcat over TCP and Firehose objects give the dataset of the plain log"
