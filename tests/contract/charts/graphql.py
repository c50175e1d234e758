"""Asking by GraphQL, and the operations that chart clients send."""

from typing import Any

import httpx

GQL = "/api/gql/"
NAMES = """
    id isrc trackName artistName fullTrackName fullArtistName albumName albumCoverUrl
    tunemeldRank aggregateRank aggregateScore spotifyRank appleMusicRank soundcloudRank updatedAt
"""
LINKS = """
    spotifyUrl appleMusicUrl soundcloudUrl youtubeUrl
    spotifySource { name displayName url iconUrl } appleMusicSource { name displayName url iconUrl }
    soundcloudSource { name displayName url iconUrl } youtubeSource { name displayName url iconUrl }
    buttonLabels { buttonType context title ariaLabel }
    trackDetailUrl(genre: "pop", rank: "tunemeld-rank", player: "spotify")
"""
FIGURES = """
    totalCurrentPlayCount totalWeeklyChangePercentage spotifyCurrentPlayCount youtubeCurrentPlayCount
"""
PER_SERVICE = "".join(
    f"""
    {service}CurrentPlayCount {service}WeeklyChangePercentage {service}UpdatedAt
    {service}CurrentPlayCountAbbreviated {service}WeeklyChangePercentageFormatted
    """
    for service in ("spotify", "appleMusic", "youtube", "soundcloud")
)
OPERATIONS = {
    "GetAvailableGenres": """query GetAvailableGenres {
        genres { id name displayName iconUrl buttonLabels { buttonType context title ariaLabel } }
        defaultGenre
    }""",
    "GetPlaylistMetadata": """query GetPlaylistMetadata($genre: String!) {
        serviceOrder
        updatedAt(genre: $genre)
        playlistsByGenre(genre: $genre) {
            playlistName playlistCoverUrl playlistCoverDescriptionText playlistUrl genreName
            serviceName serviceDisplayName serviceIconUrl debugCacheStatus
        }
    }""",
    "GetPlaylist": f"""query GetPlaylist($genre: String!, $service: String!) {{
        playlist(genre: $genre, service: $service) {{
            genreName serviceName updatedAt tracks {{ {NAMES} {LINKS} {FIGURES} }}
        }}
    }}""",
    "GetPlaylistRanks": """query GetPlaylistRanks {
        ranks { name displayName sortField sortOrder isDefault dataField }
    }""",
    "GetPlayCounts": f"""query GetPlayCounts($isrcs: [String!]!) {{
        tracksPlayCounts(isrcs: $isrcs) {{
            isrc {PER_SERVICE} totalCurrentPlayCount totalWeeklyChangePercentage
            totalCurrentPlayCountAbbreviated totalWeeklyChangePercentageFormatted
        }}
    }}""",
    "GetServiceConfigs": """query GetServiceConfigs {
        serviceConfigs { name displayName iconUrl urlField sourceField buttonLabels { title ariaLabel } }
    }""",
    "GetIframeConfigs": """query GetIframeConfigs {
        iframeConfigs { serviceName embedBaseUrl embedParams allow height referrerPolicy }
    }""",
    "GenerateIframeUrl": """query GenerateIframeUrl($serviceName: String!, $trackUrl: String!) {
        generateIframeUrl(serviceName: $serviceName, trackUrl: $trackUrl)
    }""",
    "GetRankButtonLabels": """query GetRankButtonLabels($rankType: String!) {
        rankButtonLabels(rankType: $rankType) { buttonType context title ariaLabel }
    }""",
    "GetMiscButtonLabels": """query GetMiscButtonLabels($buttonType: String!, $context: String) {
        miscButtonLabels(buttonType: $buttonType, context: $context) { buttonType context title ariaLabel }
    }""",
    "GetStaticConfig": """query GetStaticConfig {
        genres { name displayName iconUrl } ranks { name displayName sortField dataField isDefault }
        services { name displayName iconUrl } iframeConfigs { serviceName embedBaseUrl allow height }
        closePlayer: miscButtonLabels(buttonType: "close_player") { title ariaLabel }
    }""",
    "GetSimilarTracks": f"""query GetSimilarTracks($isrc: String!, $limit: Int) {{
        trackByIsrc(isrc: $isrc) {{ isrc similarTracks(limit: $limit) {{ {NAMES} {FIGURES} }} }}
    }}""",
}


def ask(http: httpx.Client, query: str, at: str = GQL, **variables: Any) -> Any:
    """The data of an answer without errors; one about charts says whether they are samples."""
    body = answered(http, query, at=at, **variables)
    assert "data" in body, body
    assert body in ({"data": body["data"]}, {"data": body["data"], "extensions": {"is_sample": True}}), body
    return body["data"]


def answered(http: httpx.Client, query: str, at: str = GQL, **variables: Any) -> dict[str, Any]:
    response = http.post(at, json={"query": query, "variables": variables})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def codes_of(body: dict[str, Any]) -> list[str]:
    """Of its errors; "" where one has none."""
    return [error.get("extensions", {}).get("code", "") for error in body["errors"]]
