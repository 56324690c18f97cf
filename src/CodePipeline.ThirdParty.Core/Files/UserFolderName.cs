using System;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>What tells this user from others in the name of a folder.</summary>
internal static class UserFolderName
{
    /// <summary>The number of the user on Unix; letters and digits of its name on Windows.</summary>
    public static string Value { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
        ? string.Concat(Array.FindAll(Environment.UserName.ToCharArray(), char.IsLetterOrDigit))
        : UnixNative.User.ToString(CultureInfo.InvariantCulture);
}
