using System;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The errors of archives, in words that name the archive, the entry and the recommended action.</summary>
internal static class ArchiveErrors
{
    private const string GetAgain = "Fetch the artifact again. If that does not help, have the action before make it again.";
    private const string LeaveOut = "Do not expand it by other means unless you trust where it comes from. "
        + "Have the archive made without that entry.";

    public static ArchiveException Damaged(
        string archive, string what, string? entry = null, Exception? cause = null) =>
        New(ArchiveFault.Damaged, $"{Describe(archive, entry)} is damaged: {what}.", GetAgain, archive, entry, cause);

    public static ArchiveException Unsafe(string archive, string entry, string what) =>
        New(ArchiveFault.Unsafe, $"{Describe(archive, entry)} is refused: {what}.", LeaveOut, archive, entry);

    public static ArchiveException Unsupported(string archive, string? entry, string what, string recommendedAction) =>
        New(ArchiveFault.Unsupported, $"{Describe(archive, entry)} cannot be expanded: {what}.", recommendedAction, archive, entry);

    public static ArchiveException Conflict(string archive, string entry, string what) => New(
        ArchiveFault.Conflict, $"{Describe(archive, entry)} is refused: {what}.",
        "Have the archive made with names that differ.", archive, entry);

    public static ArchiveException TooManyBytes(string archive, long most) => TooLarge(
        archive, $"it becomes more than {most:N0} bytes, with each entry counted as {ExtractionLimits.Block:N0} at least",
        "If you trust it, raise -MaximumExpandedBytes.");

    public static ArchiveException TooManyEntries(string archive, int most) => TooLarge(
        archive, $"it has more than {most:N0} entries", "If you trust it, raise -MaximumExpandedEntries.");

    /// <summary>An archive that grows too much.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="most">How many times its own size it may become.</param>
    /// <param name="bytes">What it would become, where that is known.</param>
    public static ArchiveException RatioExceeded(string archive, int most, long? bytes = null) => TooLarge(
        archive,
        (bytes is long known ? $"it would become {known:N0} bytes, more than " : "it becomes more than ")
            + $"{most:N0} times its own size",
        "If you trust it, raise -MaximumExpandedRatio.");

    public static ArchiveException TooLarge(string archive, string what, string recommendedAction) =>
        New(ArchiveFault.TooLarge, $"The archive '{Shown(archive)}' is refused: {what}.", recommendedAction, archive);

    /// <summary>Something in a folder that has no place in an archive.</summary>
    public static ArchiveException CannotPack(string folder, string entry, string what) =>
        CannotPack(folder, entry, what, "Remove it from the folder, or give it another name.");

    /// <summary>A link in a folder that leads out of it.</summary>
    public static ArchiveException CannotKeep(string folder, string entry, string what) => CannotPack(
        folder, entry, what, "Make it a relative link to something in the folder; or use -Link Follow to pack what it "
            + "leads to, or -Link Skip to leave links out.");

    /// <summary>A link in a folder that leads to nothing that could be packed in its place.</summary>
    public static ArchiveException CannotFollow(string folder, string entry, string target, string what) => CannotPack(
        folder, entry, $"it is a link to '{Shown(target)}', and {what}",
        "Remove the link, or use -Link Skip to leave links out.");

    /// <summary>
    /// The disk, the rights, or somebody else's hand: an error of the system, with the path it is about.
    /// </summary>
    public static ArchiveException Storage(string doing, string path, Exception cause) => New(
        ArchiveFault.Storage, $"{doing} '{Shown(path)}' failed: {Words(cause)}",
        cause switch
        {
            UnauthorizedAccessException => "Grant this account the right to it.",
            _ when FileErrors.IsDiskFull(cause) => "Make room, or use a destination on another disk.",
            PathTooLongException => "Use a shorter path, or fewer nested folders.",
            FileNotFoundException or DirectoryNotFoundException => "Leave the files alone while this runs.",
            _ => "See that there is room on the disk, and that the path can be read and written.",
        },
        path, cause: cause);

    /// <summary>What the system says, without a path that is longer than anything that people read.</summary>
    public static string Words(Exception cause) => cause is PathTooLongException
        ? "the path is too long for this system."
        : cause.Message;

    private static ArchiveException CannotPack(string folder, string entry, string what, string recommendedAction) => New(
        ArchiveFault.Unsafe, $"'{Shown(entry)}' in '{Shown(folder)}' cannot be packed: {what}.", recommendedAction, folder, entry);

    public static ArchiveException New(
        ArchiveFault fault, string message, string recommendedAction, string? path = null, string? entry = null,
        Exception? cause = null) => new(fault, message, recommendedAction, path, entry, cause);

    /// <summary>A name from an archive as it can be shown: no control characters, no end.</summary>
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

            // Direction marks could turn a name round on the screen.
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
