"""What a holder may state of themselves: members of Open Badges 3.0's Profile, each with its bounds."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from api.fields import Code, Email, In, Line, Text

MANY: Final = 20
Web = Annotated[str, Field(min_length=8, max_length=2_000, pattern=r"^https?://[^\x00-\x20\x7f\"<>\\^`{|}]+$")]
Phone = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^\+?[0-9][0-9 ().;=a-z-]*$")]
Type = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
Types = Annotated[tuple[Type, ...], Field(min_length=1, max_length=MANY)]
Country = Annotated[str, Field(min_length=2, max_length=2, pattern=r"^[A-Z]{2}$")]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180)]
_PAST: Final = "Read past: what this body has on record stays."
Said = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00-\x1f\x7f]*$")]
ReadPast = Annotated[Said | None, Field(exclude=True, description=_PAST)]
ListReadPast = Annotated[
    Said | Annotated[tuple[Said, ...], Field(max_length=MANY)] | None, Field(exclude=True, description=_PAST)
]


class HolderImageIn(In):
    """A picture, by its address."""

    id: Web
    type: Literal["Image"] = "Image"
    caption: Line | None = None


class HolderGeoIn(In):
    """A place on earth, in degrees."""

    type: Literal["GeoCoordinates"] = "GeoCoordinates"
    latitude: Latitude
    longitude: Longitude


class HolderAddressIn(In):
    """A postal address."""

    type: Types = ("Address",)
    address_country: Annotated[Line | None, Field(alias="addressCountry")] = None
    address_country_code: Annotated[Country | None, Field(alias="addressCountryCode")] = None
    address_region: Annotated[Line | None, Field(alias="addressRegion")] = None
    address_locality: Annotated[Line | None, Field(alias="addressLocality")] = None
    street_address: Annotated[Line | None, Field(alias="streetAddress")] = None
    post_office_box_number: Annotated[Line | None, Field(alias="postOfficeBoxNumber")] = None
    postal_code: Annotated[Line | None, Field(alias="postalCode")] = None
    geo: HolderGeoIn | None = None


class HolderIdentifierIn(In):
    """An identifier that others gave the holder."""

    type: Literal["IdentifierEntry"] = "IdentifierEntry"
    identifier: Line
    identifier_type: Annotated[Code, Field(alias="identifierType")]


class ProfileIn(In):
    """A whole profile, in place of the one before. What is not named here is not kept, and refused.

    Names and the date of birth are on this body's own record, and are read past with `id` and `type`: the name that a
    profile shows is the one on the certificate.
    """

    context: Annotated[ListReadPast, Field(alias="@context")] = None
    id: ReadPast = None
    type: ListReadPast = None
    name: ReadPast = None
    given_name: Annotated[ReadPast, Field(alias="givenName")] = None
    family_name: Annotated[ReadPast, Field(alias="familyName")] = None
    additional_name: Annotated[ReadPast, Field(alias="additionalName")] = None
    patronymic_name: Annotated[ReadPast, Field(alias="patronymicName")] = None
    family_name_prefix: Annotated[ReadPast, Field(alias="familyNamePrefix")] = None
    honorific_prefix: Annotated[ReadPast, Field(alias="honorificPrefix")] = None
    honorific_suffix: Annotated[ReadPast, Field(alias="honorificSuffix")] = None
    date_of_birth: Annotated[ReadPast, Field(alias="dateOfBirth")] = None
    url: Web | None = None
    phone: Phone | None = None
    description: Text | None = None
    image: HolderImageIn | None = None
    email: Email | None = None
    address: HolderAddressIn | None = None
    other_identifier: Annotated[tuple[HolderIdentifierIn, ...], Field(max_length=MANY, alias="otherIdentifier")] = ()

    def stated(self) -> dict[str, Any]:
        """What it states, as JSON: the members that hold something."""
        said = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: value for name, value in said.items() if value != []}
