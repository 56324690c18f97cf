namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>How far an expansion or a packing is.</summary>
/// <param name="Bytes">Bytes of file content done.</param>
/// <param name="TotalBytes">Bytes of file content in all; 0 where it is not known before the end (tar).</param>
/// <param name="Entries">Entries done.</param>
/// <param name="TotalEntries">Entries in all; 0 where it is not known before the end.</param>
internal readonly record struct ArchiveProgress(long Bytes, long TotalBytes, long Entries, long TotalEntries);
