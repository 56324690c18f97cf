using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Creates named pipes, which .NET cannot do.</summary>
internal static class NamedPipe
{
    public static void Make(string path) => Assert.Equal(0, MakePipe(Encoding.UTF8.GetBytes(path + "\0"), 0x1B6));

    [DllImport("libc", EntryPoint = "mkfifo")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakePipe(byte[] path, uint mode);
}
