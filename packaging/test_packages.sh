#!/bin/bash
# Makes the packages and tries them: the TGZ unpacked elsewhere and run by a plain user in a root that has nothing but
# glibc, bash and coreutils; the DEB extracted, installed and removed where dpkg may.
# Exit code 0: both work; 4: what makes packages is not here.
#
#   bash packaging/test_packages.sh      builds in build/package, without tests and benchmarks
set -euo pipefail
source=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
build=$source/build/package
for tool in patchelf dpkg-deb dpkg-shlibdeps unshare chroot; do
    if ! command -v $tool > /dev/null; then
        echo "SKIPPED: no $tool here"
        exit 4
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

say() { echo "== $*"; }
fail() {
    echo "test_packages.sh: $*" >&2
    exit 1
}

# expect_files PREFIX: what the documentation promises
expect_files() {
    local file
    for file in bin/alster share/man/man1/alster.1 share/man/man1/alster-train.1 share/man/man1/alster-ab-read.1 \
        share/bash-completion/completions/alster share/zsh/site-functions/_alster \
        share/fish/vendor_completions.d/alster.fish share/alster/slurm/train.sbatch share/alster/slurm/launch.sh \
        share/alster/python/pyproject.toml share/alster/python/examples/service.py share/doc/alster/docs/install.md \
        share/doc/alster/LICENSE; do
        [ -e "$1/$file" ] || fail "$1 has no $file"
    done
    ! find "$1/share/alster" -name __pycache__ -o -name '*.egg-info' | grep -q . || fail "$1 has files of a build"
}

say "building"
cmake -S "$source" -B "$build" -G Ninja -DALSTER_TESTS=OFF -DALSTER_BENCH=OFF -DALSTER_CUDA=OFF -DALSTER_WERROR=ON > "$work/cmake.log"
cmake --build "$build" > "$work/build.log" || { tail -n 20 "$work/build.log"; exit 1; }

say "packages"
(cd "$build" && cpack -G "TGZ;DEB" -B "$work/packages" > "$work/cpack.log" 2>&1) || { tail -n 20 "$work/cpack.log"; exit 1; }
ls -l "$work"/packages/*.tar.gz "$work"/packages/*.deb

say "TGZ in a bare root, as a plain user"
root=$work/root
mkdir -p "$root"/{bin,lib,lib64,tmp,home,dev,proc,opt}
# what every machine has: the loader, glibc, and a shell to look around
for file in /bin/bash /bin/cat /bin/ls /usr/bin/env; do
    cp -L "$file" "$root/bin/"
    ldd "$file" | grep -oE '/[^ ]+' | sort -u
done | sort -u | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
for library in libc.so.6 libm.so.6 libdl.so.2 librt.so.1 libpthread.so.0 libutil.so.1 libresolv.so.2; do
    cp -L "/lib/x86_64-linux-gnu/$library" "$root/lib/"
done
mkdir -p "$root/etc"
echo 'plain:x:1234:1234::/home:/bin/bash' > "$root/etc/passwd"
tar xzf "$work"/packages/*.tar.gz -C "$root/opt"
mv "$root"/opt/alster-* "$root/opt/moved elsewhere"
expect_files "$root/opt/moved elsewhere"
chmod 1777 "$root/home" "$root/tmp"
cat > "$root/home/try.sh" << 'END'
set -e
cd /home
alster --version
alster synth --users 300 --items 200 --events 15000 --log ratings --out s > synth.txt
alster prepare --input s/events.csv --format csv --header --columns user=0,item=1,value=2,time=3 --items s/items.csv --out d.h5 > prepare.txt
alster train --data d.h5 --factors 8 --sweeps 3 --out run > train.txt 2>&1
alster recommend --model run --data d.h5 --user 7 --k 3
END
begin=$(date +%s)
# the loader asks /proc where the program lies
unshare --net --mount --pid --fork bash -c 'mount -t proc proc "$0/proc" && exec chroot --userspec=1234:1234 "$0" \
    /bin/env -i HOME=/home PATH="/opt/moved elsewhere/bin:/bin" /bin/bash /home/try.sh' "$root" | tee "$work/tried.txt"
echo "recommendations with titles after $(($(date +%s) - begin)) s"
grep -qE '^ +1 +[0-9.]+ +[0-9]+ +[A-Z]' "$work/tried.txt" || fail "no title was recommended"
echo "glibc at least: $(find "$root/opt" -type f \( -name '*.so*' -o -name alster \) -exec objdump -T {} + 2> /dev/null |
    grep -o 'GLIBC_2\.[0-9]*' | sort -Vu | tail -n 1)"

say "DEB"
mkdir "$work/deb"
dpkg-deb -x "$work"/packages/*.deb "$work/deb"
expect_files "$work/deb/usr"
[ ! -e "$work/deb/usr/lib/alster" ] || fail "the DEB brings libraries of its own"
dpkg-deb -f "$work"/packages/*.deb Depends | tee "$work/depends.txt"
grep -q 'libopenmpi' "$work/depends.txt" || fail "the DEB does not depend on Open MPI"
PATH=$work/deb/usr/bin:$PATH alster doctor || fail "alster doctor found what does not work"
MANPATH=$work/deb/usr/share/man man alster-recommend > "$work/page.txt"
grep -q -- '--eligibility' "$work/page.txt" || fail "the manual page lacks options"
if [ "$(id -u)" = 0 ] && ! dpkg-query -W alster > /dev/null 2>&1; then
    mkdir -p "$work/admin/var/lib/dpkg/"{info,updates,triggers}
    : > "$work/admin/var/lib/dpkg/status"
    : > "$work/admin/var/lib/dpkg/available"
    dpkg --root="$work/admin" --force-depends --force-script-chrootless --log=/dev/null -i "$work"/packages/*.deb > "$work/dpkg.log" 2>&1 ||
        { cat "$work/dpkg.log"; fail "dpkg does not install it"; }
    expect_files "$work/admin/usr"
    dpkg --root="$work/admin" --force-depends --log=/dev/null -r alster > "$work/dpkg.log" 2>&1 ||
        { cat "$work/dpkg.log"; fail "dpkg does not remove it"; }
    [ ! -e "$work/admin/usr/bin/alster" ] || fail "removing leaves the program"
fi

say "recipes"
/usr/bin/python3 -m py_compile "$source/packaging/spack/packages/alster/package.py"
/usr/bin/python3 - "$source" << 'END'
import pathlib
import sys

recipe = next(pathlib.Path(sys.argv[1], "packaging").glob("*.eb"))
values = {"SYSTEM": "system"}
exec(compile(recipe.read_text(), recipe.name, "exec"), values)    # an EasyBuild recipe is Python
assert recipe.name == "{name}-{version}-{name2}-{version2}.eb".format(
    name=values["name"], version=values["version"], name2=values["toolchain"]["name"], version2=values["toolchain"]["version"])
project = pathlib.Path(sys.argv[1], "CMakeLists.txt").read_text()
assert f"VERSION {values['version']} " in project, "the recipe's version is not that of the project"
END
rm -rf "$source/packaging/spack/packages/alster/__pycache__"
echo "packages work"
