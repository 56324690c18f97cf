using System;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>Decides by the name of a configuration value whether the value is probably a secret.</summary>
internal static class SecretKeys
{
    private static readonly string[] s_marks =
    {
        "secret", "password", "passwd", "passphrase", "token", "apikey", "api_key", "api-key", "accesskey",
        "access_key", "access-key", "privatekey", "private_key", "private-key", "credential", "connectionstring", "pwd",
    };

    public static bool LooksSecret(string key)
    {
        foreach (string mark in s_marks)
        {
            if (key.IndexOf(mark, StringComparison.OrdinalIgnoreCase) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
