#!/bin/sh
# Make .venv fit a lock: `sh tools/setup.sh run` or `sh tools/setup.sh dev`.
#
# .venv/ready-<lock> says what a finished set-up was made from: the folder,
# the Python, pyproject.toml and the lock. While that holds there is nothing
# to do and no pip is started. The file goes before the work begins and comes
# back after its last step, so an interrupted set-up is taken up again. A
# .venv that was moved, or whose Python is gone, is made anew.
#
# PYTHON=... names the interpreter; without it the first fit one is taken.
set -eu
cd "$(dirname "$0")/.."
lock=$1
venv=.venv
oldest=11 # the minor number of the oldest Python 3 that will do

die() {
    echo "bienvenue: $*" >&2
    exit 1
}

# "3.12" for a Python that runs; fails for anything else.
version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# What the set-up depends on, in words that change when it must be redone.
basis() {
    pwd -P
    version_of $venv/bin/python || return 1
    cksum pyproject.toml "requirements/$1.txt"
}

is_wanted_python() {
    [ -z "${PYTHON:-}" ] ||
        [ "$(version_of "$PYTHON")" = "$(version_of $venv/bin/python)" ]
}

is_ready() {
    [ -f "$venv/ready-$lock" ] && is_wanted_python &&
        [ "$(cat "$venv/ready-$lock")" = "$(basis "$lock")" ]
}

# Set `python` to the first that is new enough and has venv, or say what to do.
find_python() {
    old='' bare=''
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11
    fi
    for python; do
        version=$(version_of "$python") || continue
        case $version in
            3.[0-9] | 3.[0-9][0-9]) minor=${version#3.} ;;
            *) minor=0 ;;
        esac
        if [ "$minor" -lt $oldest ]; then
            old=${old:-"$python is Python $version"}
        elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            bare=${bare:-$version}
        else
            return 0
        fi
    done
    hint="Python 3.$oldest or newer, or name one: make PYTHON=/path/to/python3"
    [ -z "$bare" ] || die "Python $bare lacks its venv module:" \
        "apt install python3-venv (or python$bare-venv), then try again"
    [ -z "$old" ] || die "$old, which is too old: install $hint"
    die "found no working $1: install $hint"
}

# A .venv stays when its Python runs, has pip, and lies where it was made: the
# programs in it begin with their absolute path.
venv_fits() {
    [ "$(cat $venv/made-in 2>/dev/null)" = "$(pwd -P)" ] &&
        $venv/bin/python -c 'import pip' 2>/dev/null && is_wanted_python
}

make_venv() {
    rm -rf $venv
    "$python" -m venv $venv || {
        rm -rf $venv
        die "$python could not make $venv; it says why above"
    }
    pwd -P >$venv/made-in
}

install() {
    $venv/bin/python -I -m pip install --quiet --no-user \
        --disable-pip-version-check "$@" ||
        die "pip could not install everything and says why above;" \
            "run the same command again once that is cured"
}

! is_ready || exit 0
[ -w . ] || die "cannot write in $(pwd): clone the project into a folder" \
    "of your own, or change who owns this one"
[ -d $venv ] || [ ! -e $venv ] ||
    die "$(pwd)/$venv is in the way, it is not a folder: remove it"

# Two set-ups of one folder at once: the later one waits, where flock exists.
exec 9<tools/setup.sh
! command -v flock >/dev/null || flock 9
! is_ready || exit 0

python=''
venv_fits || find_python
echo "setting up $venv from requirements/$lock.txt: about a minute, once"
[ -z "$python" ] || make_venv
rm -f $venv/ready-*
install --require-hashes --requirement "requirements/$lock.txt"
install --no-deps --no-build-isolation --editable .
# dev.txt contains run.txt at the same versions: tools/lock.sh sees to that.
case $lock in dev) done='run dev' ;; *) done=$lock ;; esac
for lock in $done; do
    basis "$lock" >$venv/unproven
    mv $venv/unproven "$venv/ready-$lock"
done
