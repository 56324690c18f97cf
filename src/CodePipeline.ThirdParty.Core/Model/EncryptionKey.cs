namespace CodePipeline.ThirdParty;

/// <summary>The key for encrypting a job's output artifacts.</summary>
public sealed class EncryptionKey
{
    /// <summary>Creates the key.</summary>
    public EncryptionKey(string? id, string? type)
    {
        Id = id;
        Type = type;
    }

    /// <summary>The id, ARN or alias of the key.</summary>
    public string? Id { get; }

    /// <summary>The type of the key: <c>KMS</c>.</summary>
    public string? Type { get; }

    /// <inheritdoc/>
    public override string ToString() => Id ?? string.Empty;
}
