"""The fields that every Marketo instance has: names, types and lengths from Adobe's list of standard fields."""

from sandbox.marketo.fields import Field


def _text(*pairs: str) -> list[Field]:
    return [Field(name, display) for name, display in (pair.split(":") for pair in pairs)]


def _system() -> list[Field]:
    return [
        Field("createdAt", "Created At", "datetime", read_only=True),
        Field("updatedAt", "Updated At", "datetime", read_only=True),
    ]


def company_fields() -> list[Field]:
    """What a company holds and its people inherit."""
    return [
        *_text("company:Company Name", "site:Site", "mainPhone:Main Phone", "industry:Industry"),
        Field("website", "Website", "url"),
        Field("annualRevenue", "Annual Revenue", "currency"),
        Field("numberOfEmployees", "Num Employees", "integer"),
        Field("sicCode", "SIC Code", length=40),
        *_text("billingStreet:Billing Address", "billingCity:Billing City", "billingState:Billing State"),
        *_text("billingPostalCode:Billing Postal Code", "billingCountry:Billing Country"),
        Field("companyNotes", "Company Notes", "text"),
    ]


def company_table() -> list[Field]:
    return [
        Field("id", "Id", "integer", read_only=True),
        Field("externalCompanyId", "External Company Id", length=100),
        *_system(),
        Field("externalSalesPersonId", "External Sales Person Id"),
        *company_fields(),
    ]


def person_table() -> list[Field]:
    inherited = company_fields()
    for field in inherited:
        field.of_company = True
    return [
        Field("id", "Id", "integer", read_only=True),
        Field("email", "Email Address", "email"),
        *_text("salutation:Salutation", "firstName:First Name", "middleName:Middle Name", "lastName:Last Name"),
        *_text("title:Job Title", "department:Department", "leadRole:Role", "address:Address", "city:City"),
        *_text("state:State", "country:Country", "postalCode:Postal Code"),
        *(Field(name, display, "phone") for name, display in _PHONES),
        Field("dateOfBirth", "Date of Birth", "date"),
        *_text("leadSource:Person Source", "leadStatus:Person Status", "rating:Person Rating"),
        Field("leadScore", "Person Score", "score"),
        Field("mktoPersonNotes", "Person Notes", "text"),
        Field("doNotCall", "Do Not Call", "boolean", default=False),
        Field("doNotCallReason", "Do Not Call Reason"),
        Field("unsubscribed", "Unsubscribed", "boolean", default=False),
        Field("unsubscribedReason", "Unsubscribed Reason", "text"),
        Field("emailInvalid", "Email Invalid", "boolean", default=False),
        Field("emailInvalidCause", "Email Invalid Cause"),
        Field("externalCompanyId", "External Company Id", length=100),
        Field("externalSalesPersonId", "External Sales Person Id"),
        *(Field(name, display, "integer", read_only=True) for name, display in _READ_ONLY),
        *(Field(name, display, kind, read_only=True) for name, display, kind in _INTERESTING),
        Field("leadPartitionId", "Lead Partition Id", "integer", read_only=True, default=1),
        *_system(),
        *inherited,
    ]


_PHONES = [("phone", "Phone Number"), ("mobilePhone", "Mobile Phone Number"), ("fax", "Fax Number")]
_READ_ONLY = [
    ("relativeScore", "Relative Score"),
    ("priority", "Priority"),
    ("relativeUrgency", "Relative Urgency"),
    ("urgency", "Urgency"),
]

_INTERESTING = [
    ("lastInterestingMomentDate", "Last Interesting Moment Date", "datetime"),
    ("lastInterestingMomentDesc", "Last Interesting Moment Desc", "text"),
    ("lastInterestingMomentSource", "Last Interesting Moment Source", "string"),
    ("lastInterestingMomentType", "Last Interesting Moment Type", "string"),
]


def opportunity_table() -> list[Field]:
    return [
        Field("marketoGUID", "Marketo GUID", length=36, read_only=True),
        Field("externalOpportunityId", "External Opportunity Id", length=50),
        *_system(),
        *_text("name:Name", "type:Type", "stage:Stage", "fiscal:Fiscal", "forecastCategory:Forecast Category"),
        *_text("forecastCategoryName:Forecast Category Name", "leadSource:Lead Source", "nextStep:Next Step"),
        *_text("fiscalQuarter:Fiscal Quarter", "fiscalYear:Fiscal Year", "source:Source"),
        Field("description", "Description", "text"),
        Field("amount", "Amount", "currency"),
        Field("expectedRevenue", "Expected Revenue", "currency"),
        Field("closeDate", "Close Date", "date"),
        Field("lastActivityDate", "Last Activity Date", "date"),
        Field("probability", "Probability", "integer"),
        Field("quantity", "Quantity", "float"),
        Field("isClosed", "Is Closed", "boolean"),
        Field("isWon", "Is Won", "boolean"),
        Field("externalCompanyId", "External Company Id", length=100),
        Field("externalSalesPersonId", "External Sales Person Id"),
    ]


def role_table() -> list[Field]:
    return [
        Field("marketoGUID", "Marketo GUID", length=36, read_only=True),
        Field("externalOpportunityId", "External Opportunity Id", length=50),
        Field("leadId", "Lead Id", "integer"),
        Field("role", "Role", length=50),
        *_system(),
        Field("isPrimary", "Is Primary", "boolean"),
        Field("externalCreatedDate", "External Created Date", "datetime"),
    ]


def salesperson_table() -> list[Field]:
    return [
        Field("id", "Id", "integer", read_only=True),
        Field("externalSalesPersonId", "External Sales Person Id"),
        *_system(),
        Field("email", "Email Address", "email"),
        *_text("firstName:First Name", "lastName:Last Name", "title:Job Title", "department:Department"),
        *(Field(name, display, "phone") for name, display in _PHONES),
    ]


def named_account_table() -> list[Field]:
    return [
        Field("marketoGUID", "Marketo GUID", length=36, read_only=True),
        Field("name", "Name"),
        *_system(),
        *_text("domainName:Domain Name", "industry:Industry", "city:City", "state:State", "country:Country"),
        Field("annualRevenue", "Annual Revenue", "currency"),
        Field("numberOfEmployees", "Number Of Employees", "integer"),
        Field("sicCode", "SIC Code", length=40),
    ]
