"""What alster says to words that it does not know, and that a run stands for its model: command_line_test.py ALSTER."""
import os
import subprocess
import sys
import tempfile

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


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    check_words()
    check_runs()
    check_values()
    check_outputs()
    os.chdir("/")
