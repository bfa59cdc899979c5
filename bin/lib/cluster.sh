#!/usr/bin/env bash
# More than one machine, on loopback: Patroni with etcd keeps two PostgreSQL, HAProxy stands in front of them and of two
# Roster processes. bin/cluster calls this; its tests are in tests/faults/processes/cluster.rs.
#
#   cluster.sh start FOLDER PROGRAM SMTP   starts all of it; prints the site's address and the database's
#   cluster.sh kill-primary FOLDER         kills the machine of the primary: its Patroni and its PostgreSQL
#   cluster.sh heal FOLDER                 starts that machine again, and waits until it follows the new primary
#   cluster.sh roll FOLDER                 restarts the Roster processes one after the other
#   cluster.sh stop FOLDER                 stops whatever still runs
set -euo pipefail

verb=$1
folder=$2

readonly NODES=(one two)
readonly PATIENCE=120

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# until WHAT COMMAND…: waits until a command succeeds.
until_so() {
    local what=$1 end=$((SECONDS + PATIENCE))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "never: $what; the logs are in $folder/log"
        sleep 0.1
    done
}

# A free port of this machine, as far as one can know.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# port NAME: the port of a part, the same in each call.
port() {
    local file=$folder/port/$1
    [[ -f $file ]] || free_port >"$file"
    cat "$file"
}

# runs NAME COMMAND…: starts it in a session of its own, which can be killed as a whole.
runs() {
    local name=$1
    shift
    setsid "$@" </dev/null >>"$folder/log/$name" 2>&1 &
    echo $! >"$folder/pid/$name"
}

is_running() {
    [[ -f $folder/pid/$1 ]] && kill -0 "$(<"$folder/pid/$1")" 2>/dev/null
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if ((EUID == 0)); then
        exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        exec "$@"
    fi
}

# Asks the REST interface of a node's Patroni.
patroni_says() {
    curl -fsS --max-time 2 "http://127.0.0.1:$(port "patroni-$1")/$2"
}

# The node that is primary now.
primary() {
    local node
    for node in "${NODES[@]}"; do
        if patroni_says "$node" primary >/dev/null 2>&1; then
            printf '%s\n' "$node"
            return
        fi
    done
    return 1
}

has_primary() { [[ -n $(primary) ]]; }

# Whether some other node has all that the primary answers for.
has_synchronous_standby() {
    local node
    for node in "${NODES[@]}"; do
        patroni_says "$node" synchronous && return
    done
    return 1
}

write_patroni() {
    local node=$1 programs
    programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    mkdir -p "$folder/$node"
    cat >"$folder/$node/patroni.yml" <<END
scope: roster
name: $node
restapi:
  listen: 127.0.0.1:$(port "patroni-$node")
  connect_address: 127.0.0.1:$(port "patroni-$node")
etcd3:
  host: 127.0.0.1:$(port etcd)
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 5
    synchronous_mode: true
    primary_start_timeout: 0
    postgresql:
      use_pg_rewind: true
      parameters:
        max_connections: 80
        wal_keep_size: 512MB
  initdb:
    - encoding: UTF8
    - data-checksums
  pg_hba:
    - local all all trust
    - host all all 127.0.0.1/32 scram-sha-256
    - host replication replicator 127.0.0.1/32 scram-sha-256
postgresql:
  listen: 127.0.0.1:$(port "postgresql-$node")
  connect_address: 127.0.0.1:$(port "postgresql-$node")
  data_dir: $folder/$node/data
  bin_dir: $programs
  pgpass: $folder/$node/pgpass
  authentication:
    superuser: { username: postgres, password: $(<"$folder/password") }
    replication: { username: replicator, password: $(<"$folder/password") }
    rewind: { username: rewinder, password: $(<"$folder/password") }
  parameters:
    unix_socket_directories: $folder/$node
    shared_buffers: 64MB
END
    chmod 700 "$folder/$node"
    ((EUID != 0)) || chown -R postgres: "$folder/$node"
}

run_node() {
    runs "$1" bash -c "$(declare -f as_postgres); as_postgres patroni '$folder/$1/patroni.yml'"
}

write_haproxy() {
    cat >"$folder/haproxy.cfg" <<END
global
    stats socket ipv4@127.0.0.1:$(port admin) level admin
    maxconn 2000

defaults
    timeout connect 2s
    timeout client 60s
    timeout server 60s

# Writes go to the primary, which Patroni names. Whoever was connected to another is cut off, and comes again.
listen postgresql
    bind 127.0.0.1:$(port postgresql)
    mode tcp
    option httpchk
    http-check send meth GET uri /primary
    default-server inter 300ms fall 2 rise 1 on-marked-down shutdown-sessions
    server one 127.0.0.1:$(port postgresql-one) check port $(port patroni-one)
    server two 127.0.0.1:$(port postgresql-two) check port $(port patroni-two)

listen roster
    bind 127.0.0.1:$(port site)
    mode http
    balance roundrobin
    option forwardfor
    option redispatch
    option httpchk
    http-check send meth GET uri /readyz hdr Host 127.0.0.1
    default-server inter 300ms fall 2 rise 1
    server one 127.0.0.1:$(port roster-one) check
    server two 127.0.0.1:$(port roster-two) check
END
}

run_roster() {
    local node=$1 smtp
    smtp=$(<"$folder/smtp")
    mkdir -p "$folder/roster-$node"
    runs "roster-$node" env -i PATH="$PATH" \
        DATABASE_URL="$(<"$folder/database")" ROSTER_SECRET_KEY="$(<"$folder/key")" \
        ROSTER_BIND="127.0.0.1:$(port "roster-$node")" ROSTER_URL="http://127.0.0.1:$(port site)" \
        ROSTER_DATA_DIR="$folder/roster-$node" ROSTER_TRUSTED_PROXIES=127.0.0.1/32 \
        ${smtp:+ROSTER_SMTP_URL="smtp://$smtp"} ROSTER_LOG=warn "$(<"$folder/program")" serve
}

is_ready() {
    curl -fsS --max-time 2 "http://127.0.0.1:$(port "roster-$1")/readyz"
}

# Tells HAProxy something, and prints what it says.
haproxy_does() {
    exec 5<>"/dev/tcp/127.0.0.1/$(port admin)"
    printf '%s\n' "$1" >&5
    cat <&5
    exec 5>&-
}

# Whether nobody is connected to a Roster process any more.
is_idle() {
    [[ $(haproxy_does "show stat" | awk -F, -v node="$1" '$1 == "roster" && $2 == node { print $5 }') == 0 ]]
}

is_up() {
    haproxy_does "show stat" | awk -F, -v node="$1" '$1 == "roster" && $2 == node && $18 ~ /^UP/ { found = 1 } END { exit !found }'
}

# Whether HAProxy has found out which PostgreSQL is primary: it takes both for it before its first checks.
knows_primary() {
    [[ $(haproxy_does "show stat" | awk -F, '$1 == "postgresql" && ($2 == "one" || $2 == "two") && $18 ~ /^UP/' | wc -l) == 1 ]]
}

start() {
    mkdir -p "$folder/port" "$folder/pid" "$folder/log"
    chmod 711 "$folder"
    printf '%s' "$1" >"$folder/program"
    printf '%s' "$2" >"$folder/smtp"
    head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$folder/password"
    head -c 64 /dev/urandom | base64 -w 0 >"$folder/key"
    chmod 600 "$folder/password" "$folder/key"
    printf 'postgresql://roster:%s@127.0.0.1:%s/roster?sslmode=disable' "$(<"$folder/password")" "$(port postgresql)" \
        >"$folder/database"
    local node
    runs etcd etcd --name one --data-dir "$folder/etcd" --log-level warn \
        --listen-client-urls "http://127.0.0.1:$(port etcd)" --advertise-client-urls "http://127.0.0.1:$(port etcd)" \
        --listen-peer-urls "http://127.0.0.1:$(port etcd-peer)"
    until_so "etcd answers" curl -fsS "http://127.0.0.1:$(port etcd)/health"
    for node in "${NODES[@]}"; do
        write_patroni "$node"
        run_node "$node"
        until_so "there is a primary" has_primary
    done
    until_so "there is a synchronous standby" has_synchronous_standby
    write_haproxy
    runs haproxy haproxy -db -f "$folder/haproxy.cfg"
    until_so "HAProxy knows the primary" knows_primary
    local sql
    sql="CREATE ROLE roster LOGIN PASSWORD '$(<"$folder/password")'; "
    PGPASSWORD=$(<"$folder/password") psql -qX -h 127.0.0.1 -p "$(port "postgresql-$(primary)")" -U postgres \
        -c "$sql" -c "CREATE DATABASE roster OWNER roster" >&2
    for node in "${NODES[@]}"; do
        run_roster "$node"
        until_so "Roster $node is ready" is_ready "$node"
        until_so "HAProxy sees it" is_up "$node"
    done
    printf '127.0.0.1:%s\n%s\n' "$(port site)" "$(<"$folder/database")"
}

kill_primary() {
    local node
    node=$(primary) || fail "there is no primary"
    printf '%s' "$node" >"$folder/killed"
    # As when its power fails: nothing of it says farewell.
    kill -KILL "-$(<"$folder/pid/$node")" "$(head -n 1 "$folder/$node/data/postmaster.pid")"
    pkill -KILL -f "^postgres: roster: .*" -P "$(head -n 1 "$folder/$node/data/postmaster.pid")" || true
    printf '%s\n' "$node"
}

heal() {
    local node
    node=$(<"$folder/killed")
    run_node "$node"
    until_so "there is a synchronous standby again" has_synchronous_standby
}

roll() {
    local node
    for node in "${NODES[@]}"; do
        haproxy_does "set server roster/$node state drain" >/dev/null
        until_so "nobody is at Roster $node" is_idle "$node"
        kill -TERM "$(<"$folder/pid/roster-$node")"
        while is_running "roster-$node"; do sleep 0.05; done
        run_roster "$node"
        until_so "Roster $node is ready" is_ready "$node"
        haproxy_does "set server roster/$node state ready" >/dev/null
        until_so "HAProxy sees it" is_up "$node"
    done
}

stop() {
    local file
    for file in "$folder"/pid/roster-* "$folder"/pid/haproxy "$folder"/pid/one "$folder"/pid/two "$folder"/pid/etcd; do
        [[ -f $file ]] || continue
        kill -TERM "-$(<"$file")" 2>/dev/null || true
    done
    sleep 2
    for file in "$folder"/pid/*; do
        kill -KILL "-$(<"$file")" 2>/dev/null || true
    done
    for file in "$folder"/*/data/postmaster.pid; do
        if [[ -f $file ]]; then
            kill -KILL "$(head -n 1 "$file")" 2>/dev/null || true
        fi
    done
}

case $verb in
    start) start "$3" "${4:-}" ;;
    kill-primary) kill_primary ;;
    heal) heal ;;
    roll) roll ;;
    stop) stop ;;
    *) fail "what is $verb?" ;;
esac
