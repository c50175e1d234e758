"""Operations that chart clients send, each to an address of its own."""

OPERATIONS = (
    "GetAvailableGenres",
    "GetPlaylistMetadata",
    "GetPlaylist",
    "GetPlaylistRanks",
    "GetPlayCounts",
    "GetServiceConfigs",
    "GetIframeConfigs",
    "GenerateIframeUrl",
    "GetRankButtonLabels",
    "GetMiscButtonLabels",
    "GetStaticConfig",
    "GetSimilarTracks",
)
