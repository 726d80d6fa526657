"""What alster says to words that it does not know, and that a run stands for its model: command_line_test.py ALSTER."""
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time

ALSTER = os.path.abspath(sys.argv[1])


def alster(*words):
    return subprocess.run([ALSTER, *words], capture_output=True, text=True)


def check_refused(words, message):
    done = alster(*words.split())
    assert done.returncode == 64 and done.stderr == f"alster: {message}\n" and not done.stdout, (words, done)


def check_words():
    check_refused("recomend --user 7", "unknown command 'recomend': did you mean recommend?; see alster --help")
    check_refused("xyzzy", "unknown command 'xyzzy'; see alster --help")
    check_refused("help trian", "unknown command 'trian': did you mean train?; see alster --help")
    train = "see alster train --help"
    for word, meant in (("--iterations", "--sweeps"), ("--rank", "--factors"), ("--regularization", "--reg"),
                        ("--num-threads", "--threads"), ("--regParam", "--reg"), ("--facotrs", "--factors"),
                        ("--factor=8", "--factors"), ("--sweep", "--sweeps")):
        # what is missing (--data, --out) is not what is wrong
        check_refused(f"train {word} 3", f"unknown option {word.split('=')[0]}: did you mean {meant}?; {train}")
    check_refused("train --data x --out y --zzzzzzzz 3", f"unknown option --zzzzzzzz; {train}")
    check_refused("recommend --usr 7", "unknown option --usr: did you mean --user?; see alster recommend --help")
    assert "--model is required" in alster("similar", "--item", "7").stderr
    assert alster("-V").stdout == alster("--version").stdout != ""
    assert alster("help", "similar").stdout == alster("similar", "--help").stdout != ""
    assert alster("help").stdout == alster("--help").stdout != ""


def check_runs():
    with open("log.csv", "w", encoding="utf-8") as log:
        log.writelines(f"{user},{item}\n" for user in range(30) for item in range(20) if (user * item) % 3 == 1)
    for words in ("prepare --input log.csv --columns user=0,item=1 --out d.h5",
                  "train --data d.h5 --factors 3 --sweeps 2 --out run"):
        done = alster(*words.split())
        assert done.returncode == 0, done
    for words in ("recommend --data d.h5 --user 4 --model {}", "similar --item 4 --model {}", "inspect {}"):
        run, model = (alster(*words.format(name).split()) for name in ("run", "run/model.h5"))
        assert run.returncode == 0 and run.stdout == model.stdout, (run, model)
    os.remove("run/model.h5")
    done = alster("inspect", "run")
    assert done.returncode == 65 and done.stderr == "alster: run/model.h5: no such file\n", done


def check_values():
    """An empty value is no value: the variable of a shell that was not set."""
    for words, option in ((["recommend", "--model", "run", "--data", "d.h5", "--all", "--eligibility", ""], "--eligibility"),
                          (["recommend", "--model", "run", "--eligibility="], "--eligibility"),
                          (["prepare", "--input", "log.csv", "--rules", "", "--out", "x.h5"], "--rules"),
                          (["gate", "run", "--data", "d.h5", "--former", "", "--verdict", "v.json"], "--former"),
                          (["similar", "--model", "run", "--item", ""], "--item"), (["inspect", ""], "the first word")):
        done = alster(*words)
        assert done.returncode == 64 and done.stderr.startswith(f"alster: {option}: a value is empty"), done
    with open("empty.toml", "w", encoding="utf-8") as file:
        file.write('model = "run"\neligibility = ""\n')
    done = alster("recommend", "--config", "empty.toml", "--user", "4")
    assert done.returncode == 78 and "line 2: eligibility is empty" in done.stderr, done
    assert alster("train", "--config", "run/config.resolved.toml", "--out", "again").returncode == 0


def check_outputs():
    """What is read is not overwritten."""
    os.link("d.h5", "other_name.h5")
    os.symlink("log.csv", "link.csv")
    os.rename("again", "r")
    for words in ("prepare --input log.csv --columns user=0,item=1 --out log.csv",
                  "prepare --input log.csv --columns user=0,item=1 --out link.csv",
                  "recommend --model r --data d.h5 --all --out d.h5", "recommend --model r --data d.h5 --all --out r/model.h5",
                  "similar --model r --data d.h5 --all --out r/model.h5", "page --model r --data d.h5 --all --out other_name.h5",
                  "neighbours --data d.h5 --out d.h5", "gate r --data d.h5 --verdict d.h5",
                  "recommend --model r --data d.h5 --users log.csv --out log.csv"):
        before = {name: open(name, "rb").read() for name in ("log.csv", "d.h5", "r/model.h5")}
        done = alster(*words.split())
        assert done.returncode == 64 and "is an input" in done.stderr, (words, done)
        assert before == {name: open(name, "rb").read() for name in before}, words
    os.link("log.csv", "new.h5.quarantine.tsv")  # mended, and given again
    done = alster(*"prepare --input new.h5.quarantine.tsv --columns user=0,item=1 --out new.h5".split())
    assert done.returncode == 64 and os.path.exists("new.h5.quarantine.tsv"), done


def pages():
    """Words of all that have a manual page: ["train"], ["ab", "read"] …"""
    return [page.split()[1:] for page in alster("help", "--pages").stdout.splitlines()]


def check_help():
    """Help, manual pages and completions have every option, from one source; nothing is wider than a terminal."""
    assert ["train"] in pages() and ["ab", "read"] in pages() and len(pages()) > 20
    scripts = {shell: alster("help", "--completion", shell).stdout for shell in ("bash", "zsh", "fish")}
    for words in pages():
        text = alster(*words, "--help").stdout
        assert text and text == alster("help", *words).stdout, words
        wide = [line for line in text.splitlines() if len(line) > 80]
        assert not wide, (words, wide)
        assert "ENUM" not in text and "TEXT:" not in text, words
        options = set(re.findall(r"^  (?:-\w, )?(--[a-z0-9-]+)", text, re.MULTILINE))
        assert "--json" in options or words == ["sweep"], (words, options)
        page = alster("help", "--man", *words).stdout
        assert page.startswith(f'.TH ALSTER-{"-".join(words).upper()} 1 '), page[:80]
        for option in options:
            assert option.replace("-", "\\-") in page, (words, option)
            assert all(option.lstrip("-") in script for script in scripts.values()), option
    for words, code in ((["--man", "trian"], 64), (["--completion", "csh"], 64), (["--man"], 0)):
        assert alster("help", *words).returncode == code, words
    split = alster("explain", "--help").stdout
    assert "--split leave-one-out|hu-koren|dual\n" in split and "default leave-one-out" in split, split


def completed(*words):
    """What bash offers for the last of these words."""
    line = " ".join(f"'{word}'" for word in words)
    script = (f"source completion; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _alster; "
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.split()


def check_completions():
    with open("completion", "w", encoding="utf-8") as out:
        out.write(alster("help", "--completion", "bash").stdout)
    assert completed("alster", "rec") == ["recommend"]
    assert completed("alster", "help", "tra") == ["train"]
    assert completed("alster", "train", "--fac") == ["--factors"]
    assert completed("alster", "train", "--backend", "c") == ["cuda", "cpu"]
    assert completed("alster", "ab", "a") == ["assign"] and completed("alster", "ab", "read", "--pla") == ["--planned"]
    assert completed("alster", "train", "--data", "d") == []     # bash itself completes files then
    for shell, check in (("zsh", "-n"), ("fish", "--no-execute")):
        if shutil.which(shell):
            with open(f"script.{shell}", "w", encoding="utf-8") as out:
                out.write(alster("help", "--completion", shell).stdout)
            assert subprocess.run([shell, check, f"script.{shell}"]).returncode == 0, shell


def check_failures_as_json():
    done = alster("inspect", "nothing.h5", "--json")
    assert done.stderr == "alster: nothing.h5: no such file\n" and done.returncode == 65, done
    assert json.loads(done.stdout) == {"error": {"code": 65, "message": "nothing.h5: no such file"}}, done
    done = alster("train", "--facotrs", "3", "--json")
    assert json.loads(done.stdout)["error"]["code"] == done.returncode == 64, done
    assert alster("inspect", "nothing.h5").stdout == ""


def check_doctor():
    done = alster("doctor", "--json")
    found = json.loads(done.stdout)
    lines = {one["what"]: one for one in found["findings"]}
    assert list(lines) == ["processor", "threads", "memory", "limits", "MPI", "Slurm", "GPU", "OpenBLAS", "HDF5",
                           "folder"], lines
    assert done.returncode == (0 if found["healthy"] else 69), done
    assert lines["MPI"]["health"] != "failed" and "starts in" in lines["MPI"]["found"], lines["MPI"]
    assert os.getcwd() in lines["folder"]["found"] and os.listdir(".") == [], os.listdir(".")
    text = alster("doctor").stdout
    assert [line.split()[0] for line in text.splitlines() if not line.startswith(" ")] == list(lines), text
    broken = subprocess.run([ALSTER, "doctor", "--json"], capture_output=True, text=True,
                            env=os.environ | {"OMPI_MCA_btl": "nothing"})
    mpi = json.loads(broken.stdout)["findings"][4]
    assert broken.returncode == 69 and mpi["health"] == "failed" and mpi["advice"], broken
    gone = alster("doctor", "--in", "/nowhere/at/all")
    assert gone.returncode == 64 and "does not exist" in gone.stderr, gone
    nowhere = alster("doctor", "--in", "/proc")
    assert nowhere.returncode == 69 and "no file can be made" in nowhere.stdout, nowhere


def check_waiting():
    """On a terminal a command that takes longer than two seconds says how long it has taken; elsewhere nothing."""
    ours, theirs = pty.openpty()
    words = "prepare --input - --columns user=0,item=1 --out waited.h5".split()
    with subprocess.Popen([ALSTER, *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        time.sleep(2.6)
        process.stdin.write(b"1,2\n2,3\n3,2\n")
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 65536):
            shown += data
    except OSError:     # the end of a terminal
        pass
    os.close(ours)
    assert re.search(rb"\r\x1b\[Kprepare: [0-9]+ s", shown) and shown.endswith(b"\r\x1b[K"), shown


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    check_doctor()
    check_words()
    check_help()
    check_completions()
    check_failures_as_json()
    check_waiting()
    check_runs()
    check_values()
    check_outputs()
    os.chdir("/")
