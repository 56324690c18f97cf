using System;

namespace CodePipeline.ThirdParty.Files;

/// <summary>What Windows makes of file names, on whatever system they are judged.</summary>
internal static class WindowsFileNames
{
    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

    /// <summary>Whether a name stands for a device there: <c>NUL.txt</c> is NUL, and so is <c>NUL .txt</c>.</summary>
    public static bool IsDevice(string name)
    {
        int dot = name.IndexOf('.');
        string stem = (dot < 0 ? name : name.Substring(0, dot)).TrimEnd(' ');
        if (Array.Exists(s_devices, device => device.Equals(stem, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        return stem.Length == 4
            && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
                || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase))
            && stem[3] is (>= '0' and <= '9') or '\u00b9' or '\u00b2' or '\u00b3';
    }
}
