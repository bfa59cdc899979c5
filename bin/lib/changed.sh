# shellcheck shell=bash
# Which flows a change concerns. Sourced by bin/test.

# Paths that differ from what the main branch of the origin holds, or from the last commit where there is none.
changed_paths() {
    local base
    base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD origin/master 2>/dev/null || echo HEAD)
    git diff --name-only "$base" --
    git ls-files --others --exclude-standard
}

# The flows of a path, as names to filter by. What every page stands on concerns a few flows that go everywhere.
flows_of() {
    local path=$1 area
    case $path in
        tests/flows/main.rs) return ;;
        tests/flows/*) area=${path#tests/flows/} ;;
        src/app/* | src/app.rs | src/web/* | src/db/* | src/authority* | src/text* | src/lib.rs | src/schema.rs | \
            templates/*.html | migrations/* | tests/shared/* | Cargo.*)
            printf '%s\n' manual:: pages:: web::
            return
            ;;
        src/*) area=${path#src/} ;;
        templates/*) area=${path#templates/} ;;
        static/*) area=pages ;;
        *) return ;;
    esac
    area=${area%%/*}
    area=${area%.rs}
    case $area in
        invitations) printf '%s\n' invitations:: requests:: ;;
        members) printf '%s\n' members:: authority:: ;;
        accounts) printf '%s\n' accounts:: passwords:: sessions:: two_factor:: passkeys:: addresses:: ;;
        billing) printf '%s\n' billing:: payment:: ;;
        dashboard) printf '%s\n' manual:: pages:: ;;
        letters | post) printf '%s\n' mail:: telling:: ;;
        history) printf '%s\n' activity:: ;;
        seed) printf '%s\n' seed:: ;;
        *) printf '%s::\n' "$area" ;;
    esac
}

# The flows of all that changed, each once.
changed_flows() {
    local path
    changed_paths | while IFS= read -r path; do flows_of "$path"; done | sort -u
}
