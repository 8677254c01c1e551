"""The short codes of the brands as data, one file a brand, and the look-up both ways."""

from ciu.profiles import calin, clou, conlog, east_africa, hexing, landis_gyr, spln
from ciu.profiles.meanings import Meaning
from ciu.profiles.profile import Figures, Profile

_BRANDS = (spln, hexing, conlog, landis_gyr, calin, clou, east_africa)

PROFILES = {brand.PROFILE.name: brand.PROFILE for brand in _BRANDS}
"""Every profile by its name; the first is the default."""


def meanings(code: str, profile: str | None = None) -> tuple[tuple[Profile, Meaning], ...]:
    """Return what a code asks for, brand by brand; KeyError for a profile that does not exist."""
    asked = PROFILES.values() if profile is None else (PROFILES[profile],)
    found = ((brand, brand.meaning(code)) for brand in asked)
    return tuple((brand, meaning) for brand, meaning in found if meaning is not None)


__all__ = ["PROFILES", "Figures", "Meaning", "Profile", "meanings"]
