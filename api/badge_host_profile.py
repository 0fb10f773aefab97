"""What a holder may state of themselves: members of Open Badges 3.0's Profile, each with its bounds."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.fields import Code, Email, In, Line, Text

MANY: Final = 20
Web = Annotated[str, Field(min_length=8, max_length=2_000, pattern=r"^https?://[^\x00-\x20\x7f\"<>\\^`{|}]+$")]
Phone = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^\+?[0-9][0-9 ().;=a-z-]*$")]
Type = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
Types = Annotated[tuple[Type, ...], Field(min_length=1, max_length=MANY)]
Country = Annotated[str, Field(min_length=2, max_length=2, pattern=r"^[A-Z]{2}$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
ReadPast = Annotated[Any, Field(exclude=True, description="Read past: what this body has on record stays.")]


class _Stated(In):
    """A part of a profile, whose members bear the specification's names."""

    model_config = ConfigDict(alias_generator=to_camel)


class HolderImageIn(_Stated):
    """A picture, by its address."""

    id: Web
    type: Literal["Image"] = "Image"
    caption: Line | None = None


class HolderGeoIn(_Stated):
    """A place on earth, in degrees."""

    type: Literal["GeoCoordinates"] = "GeoCoordinates"
    latitude: Latitude
    longitude: Longitude


class HolderAddressIn(_Stated):
    """A postal address."""

    type: Types = ("Address",)
    address_country: Line | None = None
    address_country_code: Country | None = None
    address_region: Line | None = None
    address_locality: Line | None = None
    street_address: Line | None = None
    post_office_box_number: Line | None = None
    postal_code: Line | None = None
    geo: HolderGeoIn | None = None


class HolderIdentifierIn(_Stated):
    """An identifier that others gave the holder."""

    type: Literal["IdentifierEntry"] = "IdentifierEntry"
    identifier: Line
    identifier_type: Code


class ProfileIn(_Stated):
    """A whole profile, in place of the one before. What is not named here is not kept, and refused.

    Names and the date of birth are on this body's own record, and are read past with `id` and `type`: the name that a
    profile shows is the one on the certificate.
    """

    context: ReadPast = Field(default=None, alias="@context")
    id: ReadPast = None
    type: ReadPast = None
    name: ReadPast = None
    given_name: ReadPast = None
    family_name: ReadPast = None
    additional_name: ReadPast = None
    patronymic_name: ReadPast = None
    family_name_prefix: ReadPast = None
    honorific_prefix: ReadPast = None
    honorific_suffix: ReadPast = None
    date_of_birth: ReadPast = None
    url: Web | None = None
    phone: Phone | None = None
    description: Text | None = None
    image: HolderImageIn | None = None
    email: Email | None = None
    address: HolderAddressIn | None = None
    other_identifier: Annotated[tuple[HolderIdentifierIn, ...], Field(max_length=MANY)] = ()

    def stated(self) -> dict[str, Any]:
        """What it states, as JSON: the members that hold something."""
        said = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: value for name, value in said.items() if value != []}
