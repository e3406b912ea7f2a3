from keras_w2v2.training import doctor


def test_everything_that_setup_requires_is_looked_for():
    from importlib.metadata import requires

    known = {name.lower() for name, _, _ in doctor._NEEDED}
    required = {line.split(";")[0] for line in requires("keras-w2v2") if "extra ==" not in line}
    names = {line.split(">")[0].split("=")[0].strip().lower() for line in required}
    assert names - known <= {"pyyaml", "typer", "rich", "psutil"}  # without these it cannot run


def test_a_missing_package_comes_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setattr(doctor, "_NEEDED", (("no-such-thing", "flying", "wings"),))
    finding = doctor.examine()[-1]
    assert finding.missing
    assert finding.advice == "for flying: pip install 'keras-w2v2[wings]'"


def test_the_machine_is_described():
    found = {finding.subject: finding for finding in doctor.examine()}
    assert int(found["cores"].state) >= 1
    assert "CPU" in found["devices"].state
    assert "GB" in found["memory"].state
