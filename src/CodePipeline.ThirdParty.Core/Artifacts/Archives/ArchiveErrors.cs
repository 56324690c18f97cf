using System;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Creates the errors of archives, each with a message and a recommended action.</summary>
internal static class ArchiveErrors
{
    private const string DownloadAgain =
        "Download the artifact again. If it is still damaged, rerun the action that produced it.";

    private const string OmitEntry = "Create the archive again without that entry. "
        + "Expand this one with another program only if you trust its source.";

    public static ArchiveException Damaged(
        string archive, string what, string? entry = null, Exception? cause = null) =>
        New(
            ArchiveFault.Damaged, $"{Describe(archive, entry)} is damaged: {what}.", DownloadAgain, archive, entry,
            cause);

    public static ArchiveException Unsafe(string archive, string entry, string what) =>
        New(ArchiveFault.Unsafe, $"{Describe(archive, entry)} is refused: {what}.", OmitEntry, archive, entry);

    public static ArchiveException Unsupported(string archive, string? entry, string what, string recommendedAction) =>
        New(
            ArchiveFault.Unsupported, $"{Describe(archive, entry)} cannot be expanded: {what}.", recommendedAction,
            archive, entry);

    public static ArchiveException Conflict(string archive, string entry, string what) => New(
        ArchiveFault.Conflict, $"{Describe(archive, entry)} is refused: {what}.",
        "Create the archive again with unique names.", archive, entry);

    public static ArchiveException TooManyBytes(string archive, long most) => TooLarge(
        archive,
        $"it expands to more than {most:N0} bytes (each entry counts as at least {ExtractionLimits.Block:N0})",
        "If you trust the archive, raise -MaximumExpandedBytes.");

    public static ArchiveException TooManyEntries(string archive, int most) => TooLarge(
        archive, $"it has more than {most:N0} entries", "If you trust the archive, raise -MaximumExpandedEntries.");

    /// <summary>The expanded size exceeds the allowed ratio to the size of the archive.</summary>
    /// <param name="archive">The path of the archive.</param>
    /// <param name="most">The largest allowed ratio.</param>
    /// <param name="bytes">The expanded size in bytes; <see langword="null"/> if unknown.</param>
    public static ArchiveException RatioExceeded(string archive, int most, long? bytes = null) => TooLarge(
        archive,
        (bytes is long known ? $"it would expand to {known:N0} bytes, more than " : "it expands to more than ")
            + $"{most:N0} times its own size",
        "If you trust the archive, raise -MaximumExpandedRatio.");

    public static ArchiveException TooLarge(string archive, string what, string recommendedAction) =>
        New(ArchiveFault.TooLarge, $"The archive '{Shown(archive)}' is refused: {what}.", recommendedAction, archive);

    /// <summary>An entry of a folder cannot be stored in an archive.</summary>
    public static ArchiveException CannotPack(string folder, string entry, string what) =>
        CannotPack(folder, entry, what, "Remove it from the folder, or rename it.");

    /// <summary>A symbolic link in a folder points outside that folder.</summary>
    public static ArchiveException CannotKeep(string folder, string entry, string what) => CannotPack(
        folder, entry, what, "Make it a relative link to a target in the folder, or use -Link Follow to pack its "
            + "target, or -Link Skip to omit symbolic links.");

    /// <summary>A symbolic link in a folder has no target that can be packed.</summary>
    public static ArchiveException CannotFollow(string folder, string entry, string target, string what) => CannotPack(
        folder, entry, $"it is a symbolic link to '{Shown(target)}', and {what}",
        "Remove the link, or use -Link Skip to omit symbolic links.");

    /// <summary>Translates an I/O error, such as a full disk or missing permissions, at a path.</summary>
    public static ArchiveException Storage(string doing, string path, Exception cause) => New(
        ArchiveFault.Storage, $"{doing} '{Shown(path)}' failed: {MessageOf(cause)}",
        cause switch
        {
            UnauthorizedAccessException => "Grant this account access to it.",
            _ when FileErrors.IsDiskFull(cause) => "Free disk space, or use a destination on another disk.",
            PathTooLongException => "Use a shorter path or fewer nested folders.",
            FileNotFoundException or DirectoryNotFoundException => "Do not change the files while this command runs.",
            _ => "Check the free disk space, and check that the path is readable and writable.",
        },
        path, cause: cause);

    /// <summary>The system's message, without the path if that is too long.</summary>
    public static string MessageOf(Exception cause) => cause is PathTooLongException
        ? "the path is too long for this system."
        : cause.Message;

    private static ArchiveException CannotPack(
        string folder, string entry, string what, string recommendedAction) => New(
        ArchiveFault.Unsafe, $"'{Shown(entry)}' in '{Shown(folder)}' cannot be packed: {what}.",
        recommendedAction, folder, entry);

    public static ArchiveException New(
        ArchiveFault fault, string message, string recommendedAction, string? path = null, string? entry = null,
        Exception? cause = null) => new(fault, message, recommendedAction, path, entry, cause);

    /// <summary>Makes a name from an archive safe to display.</summary>
    /// <remarks>Escapes control characters, and cuts the name off after about 300 characters.</remarks>
    public static string Shown(string name)
    {
        const int Longest = 300;
        StringBuilder shown = new();
        foreach (char each in name)
        {
            if (shown.Length >= Longest)
            {
                shown.Append('…');
                break;
            }

            // Bidirectional control characters could reverse the displayed name.
            bool hidden = char.IsControl(each) || char.IsSurrogate(each) && name.Length > Longest
                || each is (>= '\u200e' and <= '\u200f')
                    or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
            if (hidden)
            {
                shown.Append("\\u")
                    .Append(((int)each).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                shown.Append(each);
            }
        }

        return shown.ToString();
    }

    private static string Describe(string archive, string? entry) => entry is null
        ? $"The archive '{Shown(archive)}'"
        : $"The entry '{Shown(entry)}' of the archive '{Shown(archive)}'";
}
