using System.Management.Automation;
using System.Net;
using System.Security;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Accepts a secret as text, SecureString, PSCredential (its password) or Secret.</summary>
public sealed class SecretTransformationAttribute : TransformationAttribute
{
    internal static Secret Make(object value, string inputName)
    {
        object plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        string? text = plain switch
        {
            Secret secret => secret.Reveal(),
            string given => given,
            SecureString secure => new NetworkCredential(string.Empty, secure).Password,
            PSCredential credential => credential.GetNetworkCredential().Password,
            _ => throw new InvalidInputException(
                inputName,
                $"{inputName} is of type {plain.GetType().Name}.",
                "Pass it as a string, SecureString, PSCredential or Secret."),
        };
        return string.IsNullOrEmpty(text)
            ? throw new InvalidInputException(inputName, $"{inputName} is empty.", "Pass at least one character.")
            : Secret.IsMask(text!)
            ? throw new InvalidInputException(
                inputName, $"{inputName} is {Secret.Mask}, the mask of a secret instead of the secret itself.",
                "Pass the secret itself. Files and logs contain only its mask.")
            : plain as Secret ?? new Secret(text!);
    }

    private protected override object Convert(object value) => Make(value, "The secret");
}
