#if NET
using System.Security.Cryptography;
#endif
using System.Text;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>Compares secrets in a time that does not depend on their common prefix.</summary>
internal static class ConstantTimeComparison
{
    public static bool AreEqual(string left, string right)
    {
        byte[] a = Encoding.UTF8.GetBytes(left);
        byte[] b = Encoding.UTF8.GetBytes(right);
#if NET
        return CryptographicOperations.FixedTimeEquals(a, b);
#else
        int difference = a.Length ^ b.Length;
        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            difference |= a[i] ^ b[i];
        }

        return difference == 0;
#endif
    }
}
