using System;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>The part of a folder name that identifies this user.</summary>
internal static class UserFolderName
{
    /// <summary>The user id on Unix; the letters and digits of the user name on Windows.</summary>
    public static string Value { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
        ? string.Concat(Array.FindAll(Environment.UserName.ToCharArray(), char.IsLetterOrDigit))
        : UnixNative.User.ToString(CultureInfo.InvariantCulture);
}
