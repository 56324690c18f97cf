using System;
using System.Runtime.InteropServices;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>What a system makes of names: which it cannot have, and which are one to it.</summary>
internal sealed class NameRules
{
    private NameRules(bool isWindows, bool foldsNames)
    {
        IsWindows = isWindows;
        FoldsNames = foldsNames;
    }

    public static NameRules Linux { get; } = new(isWindows: false, foldsNames: false);

    public static NameRules MacOS { get; } = new(isWindows: false, foldsNames: true);

    public static NameRules Windows { get; } = new(isWindows: true, foldsNames: true);

    public static NameRules OfThisMachine { get; } =
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? Windows
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? MacOS
        : Linux;

    public bool IsWindows { get; }

    /// <summary>Whether names that differ by case or by Unicode normalisation only are one name.</summary>
    public bool FoldsNames { get; }

    /// <summary>Compares the names of one folder as the system does.</summary>
    public StringComparer Comparer => FoldsNames ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The form of a name under which it is compared.</summary>
    public string Fold(string name)
    {
        if (!FoldsNames || IsAscii(name))
        {
            return name;
        }

        try
        {
            return name.Normalize();
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair, or a code point that is no character (U+FFFE): there is no other form of it.
            return name;
        }
    }

    /// <summary>What is wrong with one segment of a path; <see langword="null"/> where nothing is.</summary>
    public string? Fault(string segment)
    {
        if (segment == "..")
        {
            return "'..' leads out of the folder";
        }

        if (segment.IndexOf('\0') >= 0)
        {
            return "no name can hold a NUL";
        }

        return IsWindows ? WindowsFault(segment) : null;
    }

    private static string? WindowsFault(string segment)
    {
        foreach (char each in segment)
        {
            if (each < ' ')
            {
                return "Windows has no names with control characters";
            }

            if (each == ':')
            {
                return "on Windows a ':' names a drive or an alternate stream";
            }

            if (each is '<' or '>' or '"' or '|' or '?' or '*' or '\\')
            {
                return $"Windows has no names with '{each}'";
            }
        }

        if (segment[segment.Length - 1] is '.' or ' ')
        {
            return "Windows drops a dot or space at the end of a name";
        }

        return WindowsFileNames.IsDevice(segment) ? "it is the name of a device on Windows" : null;
    }

    private static bool IsAscii(string name)
    {
        foreach (char each in name)
        {
            if (each > '\u007f')
            {
                return false;
            }
        }

        return true;
    }
}
