using System.IO;

namespace CodePipeline.ThirdParty.Files;

/// <summary>Locks on files, by which processes tell each other that they live.</summary>
internal static class HeldFile
{
    /// <summary>
    /// Whether the lock on a file that this process holds keeps others out. Some network file systems grant every lock.
    /// </summary>
    public static bool IsExclusive(string heldPath)
    {
        try
        {
            using FileStream second = new(heldPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
