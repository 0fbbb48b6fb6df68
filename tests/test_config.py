import pytest

from aednet.config import InvalidSettings, Settings, report_settings


def test_without_any_setting_the_defaults_are_those_of_hoogeveen() -> None:
    settings = Settings.from_environment({})
    assert (settings.ref_prefix, settings.country, settings.projection) == ("HGV", "NL", "EPSG:28992")
    assert settings.database_address.startswith("sqlite:///")
    assert settings.database_address.endswith("instance/aednet.sqlite3")


def test_postgresql_is_reached_through_the_driver_that_is_installed() -> None:
    settings = Settings.from_environment({"AEDNET_DATABASE_URL": "postgresql://a@b/c"})
    assert settings.database_address == "postgresql+psycopg://a@b/c"


def test_every_bad_setting_is_named_at_once() -> None:
    with pytest.raises(InvalidSettings) as caught:
        Settings.from_environment({"AEDNET_TIMEZONE": "Mars", "AEDNET_EXTENT": "7,52,6,53"})
    assert "AEDNET_TIMEZONE" in str(caught.value)
    assert "AEDNET_EXTENT" in str(caught.value)


def test_the_report_names_source_and_complaint_and_hides_secrets() -> None:
    environ = {
        "AEDNET_SECRET_KEYS": "too-short",
        "AEDNET_DATABASE_URL": "postgresql://user:hunter2@host/db",
        "AEDNET_COUNTRY": "DE",
        "AEDNET_CUONTRY": "DE",
    }
    reports = {report.variable: report for report in report_settings(environ)}
    assert reports["AEDNET_COUNTRY"].source == "environment"
    assert reports["AEDNET_TIMEZONE"].source == "default"
    assert "key 1" in (reports["AEDNET_SECRET_KEYS"].complaint or "")
    assert reports["AEDNET_CUONTRY"].complaint == "is not a setting of aednet"
    shown = " ".join(report.value for report in reports.values())
    assert "too-short" not in shown
    assert "hunter2" not in shown
